using EntryGen.Asm;
using EntryGen.Kernel;
using EntryGen.Tool.Input;
using EntryGen.Tool.Tracing;
using EntryGen.Tracing;

namespace EntryGen.Tool.Review;

/// <summary>What every path through a Program's entries costs, counted by running it.</summary>
internal static class PathCosts
{
    private static readonly IReadOnlyList<string> _vectorStubs = ["irq_entries_start", "spurious_entries_start"];

    /// <summary>The emulator of all entries; null when the code has none.</summary>
    /// <param name="program">The code.</param>
    /// <param name="declared">Its entries.</param>
    public static CompiledUnit? Compile(Program program, DeclaredEntries declared)
    {
        var entries = declared.In(symbol => program.Symbols.ContainsKey(symbol) && !_vectorStubs.Contains(symbol));
        return entries.Count == 0 ? null : CompiledUnit.Create(program, entries);
    }

    /// <summary>Runs every entry in every scenario in which its event can happen.</summary>
    /// <param name="unit">The code; null for none.</param>
    /// <param name="declared">Its entries.</param>
    /// <param name="scenarios">The states.</param>
    public static IReadOnlyDictionary<(EntryPoint Entry, PathScenario Scenario), PathOutcome> Count(EntryUnit? unit, DeclaredEntries declared, IReadOnlyList<PathScenario> scenarios)
    {
        var counts = new Dictionary<(EntryPoint, PathScenario), PathOutcome>();
        if (unit is null)
        {
            return counts;
        }

        var entries = declared.In(unit.Entries.ContainsKey);
        foreach (var kernel in scenarios.GroupBy(scenario => scenario.Options))
        {
            var environment = KernelEnvironment.Create(unit, kernel.Key);
            foreach (var scenario in kernel)
            {
                foreach (var entry in entries.Where(entry => CanBeReached(entry, scenario.Start)))
                {
                    environment.Reset();
                    counts.Add((entry, scenario), PathOutcome.Of(TraceRecorder.Record(environment, entry.Symbol, scenario.Start)));
                }
            }
        }

        return counts;
    }

    // While the user's CR3 or GS is live the kernel has interrupts off, and what could fault there is a bug: only what cannot be held off arrives.
    private static bool CanBeReached(EntryPoint entry, StartState start) =>
        entry.ReasonAgainst(start) is null
        && (start.Cr3 is null || entry.Kind is EntryKind.Nmi or EntryKind.Paranoid)
        && (!start.On16BitStack || entry.Kind is EntryKind.Interrupt or EntryKind.Paranoid or EntryKind.Nmi);
}
