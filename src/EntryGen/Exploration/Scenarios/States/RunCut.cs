using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>Why a run ends before what was interrupted goes on: what would follow is not looked at, so of properties that it did not break until then there is nothing to say.</summary>
internal static class RunCut
{
    /// <summary>CR3 holds what only the TLB could give a meaning.</summary>
    public const string UnknownCr3 = "where CR3 names no page table of the process under its own PCID (cr3-pcid)";

    /// <summary>One transition can use translations in more ways than are tried.</summary>
    public const string TooManyTranslations = "after an access that may use too many translations to try them all";

    /// <summary>The reason in words, to be read after "runs end"; null where the code means the run to end there: a function that does not return.</summary>
    /// <param name="stop">Why execution cannot go on.</param>
    /// <param name="unit">The entry code.</param>
    /// <param name="rip">Where it stopped.</param>
    public static string? Of(Stop stop, EntryUnit unit, ulong rip) => stop.Kind switch
    {
        StopKind.Left => "where control leaves the entry code (no-stray)",
        StopKind.UndefinedValue => "where a register is used that a C function left undefined (no-stray)",
        StopKind.Halted => "at HLT (no-stray)",
        StopKind.Shutdown => "with a triple fault (no-shutdown)",
        StopKind.Budget => "in a loop without an end (ends)",
        StopKind.Fault => $"with {VectorNames.Of(stop.Vector)} in the handler of a fault (no-fault)",
        StopKind.Unmodelled => $"at {unit.Locate(rip)?.ToString() ?? new VirtualAddress(rip).ToString()}, which is not modelled",
        _ => null,
    };
}
