using EntryGen.Asm;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.OracleTests;
using EntryGen.Tool.Tracing;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>The question whose states are counted: the NMI entry of Linux 6.12 from kernel code, NMI, #MC, #DB and an interrupt at every boundary.</summary>
internal static class KernelScenario
{
    /// <summary>The tree.</summary>
    public const string Version = "6.12";

    /// <summary>The entry.</summary>
    public const string Entry = "asm_exc_nmi";

    /// <summary>Two events in a run; runs without a choice are one transition.</summary>
    /// <param name="unit">What <see cref="Load"/> made.</param>
    /// <param name="threads">The threads.</param>
    public static EntryScenario Reduced(EntryUnit unit, int threads) => EntryScenario.Of(unit, Entry)
        .From(StartState.Kernel).Inject(InjectedEvents.All, most: 2).Within(new ExplorationBounds { Threads = threads });

    /// <summary>The same, every state stored.</summary>
    /// <param name="unit">What <see cref="Load"/> made.</param>
    /// <param name="states">The states after which it stops.</param>
    /// <param name="threads">The threads.</param>
    public static EntryScenario EveryState(EntryUnit unit, long states, int threads) =>
        Reduced(unit, threads).WithoutReductions().Within(new ExplorationBounds { States = states, Threads = threads });

    /// <summary>The entry and those that the events lead to, as an emulator.</summary>
    public static CompiledUnit Load()
    {
        var listing = KernelTrees.Read(Version, "entry_64");
        var unit = new ProgramUnit("entry_64.S", listing, listing.PreprocessorMacros!);
        string[] entries = [Entry, .. ScenarioEntries.Of(InjectedEvents.All).Where(entry => entry != Entry)];
        var program = ProgramBuilder.Build([unit], new ProgramOptions { EntrySymbols = entries }).Program;
        return CompiledUnit.Create(program, [.. entries.Select(entry => KnownEntries.Resolve(entry, EntryKind.Call))]);
    }
}
