using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>What all workers of an exploration share: the question, and what was worked out of the unit.</summary>
internal sealed class TaskSetup
{
    // One from user mode, one that an interrupt nests on it, and the events.
    private const int LevelsOfItself = 2;

    public TaskSetup(TaskScenario scenario, IReadOnlyList<TaskProperty> properties)
    {
        if (scenario.Options.Fred)
        {
            throw new ArgumentException("Exploring delivers events through the IDT: entry points of FRED cannot be explored. Leave out the feature FRED.");
        }

        Scenario = scenario;
        Properties = properties;
        Code = new CodeMap(scenario.Unit);
        Levels = LevelsOfItself + scenario.MostEvents;
        foreach (var name in scenario.SleepsIn.Concat(scenario.ExitsIn))
        {
            if (!Code.Places.Exists(place => place.Kind == CodeKind.Function && place.Name == name))
            {
                throw new ArgumentException($"Unit '{scenario.Unit}' calls no C function '{name}'.");
            }
        }

        Entries = [.. scenario.Entries.Select(FindEntry)];
        foreach (var injected in InjectedEvent.All.Where(injected => scenario.Events.HasFlag(injected.Event)))
        {
            var symbol = injected.SymbolIn(scenario.Unit)
                ?? throw new ArgumentException($"Unit '{scenario.Unit}' has no entry for {VectorNames.Of(injected.Vector)} ({injected.Entry.Symbol}), so '{injected.Name}' cannot be injected.");
            Events.Add((injected, scenario.Unit.Symbols[symbol]));
        }
    }

    public TaskScenario Scenario { get; }

    public IReadOnlyList<TaskProperty> Properties { get; }

    public CodeMap Code { get; }

    public int Levels { get; }

    /// <summary>The ways in from user mode.</summary>
    public IReadOnlyList<(EntryPoint Entry, VirtualAddress Address)> Entries { get; }

    /// <summary>The events that may happen, with the address of the entry that each leads to.</summary>
    public List<(InjectedEvent Event, ulong Address)> Events { get; } = [];

    /// <summary>Memory at the start, which all workers have the same.</summary>
    public byte[]? OriginMemory { get; set; }

    /// <summary>The lines that states are made of.</summary>
    public LineStore Lines { get; } = new();

    public bool MaySleepIn(CodePlace place) => place.Kind == CodeKind.Function && Scenario.SleepsIn.Contains(place.Name);

    public bool MayExitIn(CodePlace place) => place.Kind == CodeKind.Function && Scenario.ExitsIn.Contains(place.Name);

    /// <summary>Makes the machine, with the gates of the entries and events.</summary>
    public KernelEnvironment CreateEnvironment()
    {
        var environment = KernelEnvironment.Create(Scenario.Unit, Scenario.Options);
        foreach (var (entry, address) in Entries.Where(each => each.Entry.Vector is not null))
        {
            environment.SetGate(entry, address);
        }

        foreach (var (injected, address) in Events)
        {
            environment.SetGate(injected.Entry, address);
        }

        return environment;
    }

    private (EntryPoint Entry, VirtualAddress Address) FindEntry(string symbol)
    {
        var unit = Scenario.Unit;
        if (!unit.Symbols.TryGetValue(symbol, out var address))
        {
            throw new ArgumentException($"Unit '{unit}' has no symbol '{symbol}'.");
        }

        var entry = KnownEntries.Resolve(symbol, unit.Entries.TryGetValue(symbol, out var declared) ? declared.Kind : EntryKind.Call);
        return entry.Kind is EntryKind.Syscall or EntryKind.Interrupt && !entry.FromCompatibilityMode
            ? (entry, address)
            : throw new ArgumentException($"Tasks enter by SYSCALL and by interrupts; '{symbol}' is neither.");
    }
}
