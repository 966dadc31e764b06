using System.Collections.Concurrent;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>What all workers of an exploration share: the question, and what was worked out of the unit. Nothing in it changes but the coverage and where runs were cut.</summary>
internal sealed class ScenarioSetup
{
    // The base activation, the events, and faults on top of them.
    private const int LevelsForFaults = 3;

    private readonly InjectedEvents[] _faults;
    private readonly HandlerEffect[] _effects;
    private readonly HandlerEffect[] _forUser;
    private readonly HandlerEffect[] _forKernel = [HandlerEffect.None];

    public ScenarioSetup(EntryScenario scenario, IReadOnlyList<EntryProperty> properties)
    {
        if (!scenario.HasWorstCaseTlb && properties.Contains(EntryProperties.TranslationsPresent))
        {
            throw new ArgumentException($"'{EntryProperties.TranslationsPresent.Id}' asks what the TLB may hold at its worst: only EntryScenario.WithWorstCaseTlb (--tlb worst) has one.");
        }

        _effects = [.. scenario.Handlers];
        _forUser = scenario.Options is { Pti: true, Pcid: true } ? [HandlerEffect.None, HandlerEffect.FlushMask] : [HandlerEffect.None];
        Effects = scenario.Handlers.Count > 0 ? scenario.Handlers : [HandlerEffect.None, HandlerEffect.FlushMask];
        Scenario = scenario;
        Properties = properties;
        Code = new CodeMap(scenario.Unit);
        StraightRuns = new StraightRuns(Code);
        Covered = new bool[Code.Places.Count];
        Levels = 1 + scenario.MostEvents + LevelsForFaults;
        foreach (var injected in InjectedEvent.Known)
        {
            if (scenario.Events.HasFlag(injected.Event))
            {
                var symbol = injected.SymbolIn(scenario.Unit, scenario.Options.Fred)
                    ?? throw new ArgumentException($"Unit '{scenario.Unit}' has no entry for {VectorNames.Of(injected.Vector)} ({injected.Entry.Symbol}), so '{injected.Name}' cannot be injected.");
                Events.Add((injected, scenario.Unit.Symbols[symbol]));
            }
        }

        _faults = (scenario.Events & InjectedEvents.Faults) == 0 ? [] : [.. Code.Places.Select(place => PossibleFaults.Of(place, scenario.Unit))];
        if (!scenario.Options.Fred && scenario.Unit.Symbols.TryGetValue("asm_exc_nmi", out var first) && scenario.Unit.Symbols.TryGetValue("repeat_nmi", out var end))
        {
            NmiPrologue = (first, end);
        }
    }

    /// <summary>The faults of an instruction about which the environment decides.</summary>
    public InjectedEvents FaultsAt(CodePlace place) => _faults[place.Number];

    public EntryScenario Scenario { get; }

    public IReadOnlyList<EntryProperty> Properties { get; }

    /// <summary>The place of a property among them.</summary>
    public int NumberOf(EntryProperty property)
    {
        for (var number = 0; number < Properties.Count; number++)
        {
            if (ReferenceEquals(Properties[number], property))
            {
                return number;
            }
        }

        throw new ArgumentException($"'{property.Id}' is not asked here.", nameof(property));
    }

    public CodeMap Code { get; }

    /// <summary>Where instructions can be run several at a time.</summary>
    public StraightRuns StraightRuns { get; }

    /// <summary>The events that may happen, with the address of the entry that each leads to.</summary>
    public List<(InjectedEvent Event, ulong Address)> Events { get; } = [];

    /// <summary>Levels of nesting that a state has room for.</summary>
    public int Levels { get; }

    /// <summary>The part of Linux's NMI entry in which the processor's frame is the only one.</summary>
    public (ulong First, ulong End)? NmiPrologue { get; }

    /// <summary>Where runs ended before what was interrupted went on, in words: what would have followed was not looked at. Workers only add to it.</summary>
    public ConcurrentDictionary<string, bool> Cuts { get; } = new(StringComparer.Ordinal);

    /// <summary>The places that ran, by number. Workers only ever set elements.</summary>
    public bool[] Covered { get; }

    /// <summary>Memory at the start, which all workers have the same.</summary>
    public byte[]? OriginMemory { get; set; }

    /// <summary>What states are made of.</summary>
    public LineStore Lines { get; } = new();

    /// <summary>Looks for loops of runs in which no event is left; null when nobody does.</summary>
    public LoopWatch? Loops { get; init; }

    /// <summary>Whether states say how long a run goes on in which no event is left, so that one without end is seen to have none.</summary>
    public bool CountsRuns { get; init; }

    /// <summary>Whether handlers may load other mms.</summary>
    public bool HasOtherMms => Scenario.Handlers.Any(effect => effect.Steps.Count > 0);

    /// <summary>All effects that there are in the scenario; states have their numbers in this list.</summary>
    public IReadOnlyList<HandlerEffect> Effects { get; }

    /// <summary>What a C function may do.</summary>
    /// <param name="forUser">Whether it handles an event or call of user code.</param>
    public ReadOnlySpan<HandlerEffect> EffectsOf(bool forUser) => Scenario.Handlers.Count > 0 ? _effects : forUser ? _forUser : _forKernel;

    /// <summary>Makes the machine, just before the event that leads to the entry.</summary>
    public KernelEnvironment CreateEnvironment()
    {
        var environment = KernelEnvironment.Create(Scenario.Unit, Scenario.Options);
        SetGates(environment);
        return environment;
    }

    /// <summary>Lets events lead to their entries, where it is the IDT that leads there.</summary>
    public void SetGates(KernelEnvironment environment)
    {
        if (!Scenario.Options.Fred)
        {
            foreach (var (injected, address) in Events)
            {
                environment.SetGate(injected.Entry, address);
            }
        }
    }
}
