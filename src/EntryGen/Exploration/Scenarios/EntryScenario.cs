using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios;

/// <summary>
/// A question about an entry: from where it is reached, with which features, what may interrupt it and how often, what its C handlers may do, and what must hold. Immutable:
/// every method returns another scenario.
/// </summary>
/// <example>
/// <code>
/// EntryScenario.Of(Paranoid.EntryUnit, "asm_exc_nmi")
///     .From(StartState.Kernel with { Cr3 = Side.User })
///     .Inject(InjectedEvents.Nmi | InjectedEvents.MachineCheck, most: 2)
///     .Explore()
///     .ShouldHold();
/// </code>
/// </example>
public sealed record EntryScenario
{
    private EntryScenario(EntryUnit unit, string entry)
    {
        Unit = unit;
        Entry = entry;
    }

    /// <summary>The entry code.</summary>
    public EntryUnit Unit { get; }

    /// <summary>The entry.</summary>
    public string Entry { get; }

    /// <summary>How it is reached.</summary>
    public EntryPoint Point => Unit.Entries.TryGetValue(Entry, out var declared) ? KnownEntries.Resolve(Entry, declared.Kind, declared.Vector) : KnownEntries.Resolve(Entry, EntryKind.Call);

    /// <summary>
    /// The states in which it may be reached that differ for entry code. User code on a 16-bit stack is among them where the unit has code for the return to it, which uses the variable
    /// espfix_waddr: a kernel without lets user code have no such stack.
    /// </summary>
    public IEnumerable<StartState> Starts => Point.StartsWith(with16BitStacks: Unit.Externals.ContainsKey("espfix_waddr"));

    /// <summary>What the event that leads to it finds.</summary>
    public StartState Start { get; private init; } = StartState.User;

    /// <summary>The kernel around it.</summary>
    public KernelOptions Options { get; private init; } = new();

    /// <summary>What may interrupt it.</summary>
    public InjectedEvents Events { get; private init; }

    /// <summary>How many events there may be in one run, nested or one after the other.</summary>
    public int MostEvents { get; private init; }

    /// <summary>The event that comes first in every run, <see cref="InjectedEvents.None"/> for runs without any; null for all runs. See <see cref="Split"/>.</summary>
    public InjectedEvents? FirstEvent { get; private init; }

    /// <summary>
    /// What a C function may do to the address space; one is chosen at each call. Empty: it leaves it alone, but for what handles user code, which may also flush a page as
    /// any system call may.
    /// </summary>
    public IReadOnlyList<HandlerEffect> Handlers { get; private init; } = [];

    /// <summary>Whether events are left out that the kernel sees to that they do not happen.</summary>
    public bool KernelAssumptions { get; private init; } = true;

    /// <summary>Whether the TLB is at its worst, instead of being kept account of.</summary>
    public bool HasWorstCaseTlb { get; private init; }

    /// <summary>Whether runs without a choice are one transition.</summary>
    public bool IsReduced { get; private init; } = true;

    /// <summary>The properties; empty for all that are named.</summary>
    public IReadOnlyList<EntryProperty> Properties { get; private init; } = [];

    /// <summary>The bounds and the number of threads.</summary>
    public ExplorationBounds Bounds { get; private init; } = new();

    /// <summary>A scenario: from user code, unless only kernel code leads to the entry, with nothing that interrupts.</summary>
    /// <param name="unit">The entry code.</param>
    /// <param name="entry">The symbol of an entry in it.</param>
    /// <exception cref="ArgumentException">The unit has no such symbol.</exception>
    public static EntryScenario Of(EntryUnit unit, string entry)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(entry);
        if (!unit.Symbols.ContainsKey(entry) && !unit.Entries.ContainsKey(entry))
        {
            throw new ArgumentException($"Unit '{unit}' has no symbol '{entry}'.", nameof(entry));
        }

        var scenario = new EntryScenario(unit, entry);
        return scenario.With(scenario.Point.FeaturesFor(scenario.Options.Features)).From(scenario.Point.From == Side.Kernel ? StartState.Kernel : StartState.User);
    }

    /// <summary>From where it is reached.</summary>
    public EntryScenario From(StartState start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return this with { Start = start };
    }

    /// <summary>The same question from several states: a scenario for each.</summary>
    /// <param name="starts">From where the entry is reached.</param>
    /// <exception cref="ArgumentException">The entry cannot be reached from one of them.</exception>
    public IReadOnlyList<EntryScenario> FromEach(ScenarioStarts starts = ScenarioStarts.Everywhere)
    {
        EntryScenario[] scenarios = [.. StartStates.Of(starts, this).Select(From)];
        return Array.Find(scenarios, scenario => Point.ReasonAgainst(scenario.Start) is not null) is { } impossible
            ? throw new ArgumentException(Point.ReasonAgainst(impossible.Start), nameof(starts))
            : scenarios;
    }

    /// <summary>The kernel around it: features, ASID, models of C functions.</summary>
    public EntryScenario In(KernelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return this with { Options = options };
    }

    /// <summary>The CPU features that are on.</summary>
    public EntryScenario With(FeatureSet features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return this with { Options = Options with { Features = features } };
    }

    /// <summary>What may happen at every instruction boundary.</summary>
    /// <param name="events">The events.</param>
    /// <param name="most">How many in one run, nested or one after the other.</param>
    public EntryScenario Inject(InjectedEvents events, int most = 1)
    {
        if ((events & ~(InjectedEvents.All | InjectedEvents.Faults)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(events), events, "There is no such event.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 16);
        return this with { Events = events, MostEvents = events == InjectedEvents.None ? 0 : most };
    }

    /// <summary>
    /// The scenario in parts, by the event that comes first in a run: each can be explored for itself, and all together are the whole. What holds in every part holds; what
    /// is violated in one is violated, and every part in which it is shows the same counterexample. The code before the first event is run by each part.
    /// </summary>
    public IReadOnlyList<EntryScenario> Split() =>
    [
        this with { FirstEvent = InjectedEvents.None },
        .. InjectedEvent.Known.Where(injected => MostEvents > 0 && Events.HasFlag(injected.Event)).Select(injected => this with { FirstEvent = injected.Event }),
    ];

    /// <summary>What C functions may do to the address space. At each call one of these is chosen.</summary>
    /// <param name="effects">H0 to H6 of <see cref="HandlerEffect"/>, or the caller's own. 64 at most.</param>
    public EntryScenario MayDo(params IEnumerable<HandlerEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        HandlerEffect[] handlers = [.. effects.Distinct()];
        foreach (var effect in handlers)
        {
            ArgumentNullException.ThrowIfNull(effect, nameof(effects));
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(handlers.Length, 64, nameof(effects));
        return this with { Handlers = handlers };
    }

    /// <summary>Lets events happen also where the kernel sees to that they do not.</summary>
    public EntryScenario WithoutKernelAssumptions() => this with { KernelAssumptions = false };

    /// <summary>
    /// Puts the TLB at its worst (<see cref="Machine.Choices"/>): what C functions do to page tables they really do, to a page of each mm, with the flushes of the kernel; each translation that the
    /// processor may still have may be used. <see cref="EntryProperties.TranslationsPresent"/> is asked besides.
    /// </summary>
    /// <param name="isOn">False: the TLB is kept account of, as without this.</param>
    public EntryScenario WithWorstCaseTlb(bool isOn = true) => this with { HasWorstCaseTlb = isOn };

    /// <summary>Adds properties; without any, all of <see cref="EntryProperties.All"/> are looked at.</summary>
    /// <exception cref="ArgumentException">One of them is looked at at no moment.</exception>
    public EntryScenario With(params IEnumerable<EntryProperty> properties) => this with { Properties = [.. Properties, .. Checked(properties)] };

    /// <summary>Asks just these properties.</summary>
    /// <exception cref="ArgumentException">One of them is looked at at no moment.</exception>
    public EntryScenario Ask(params IEnumerable<EntryProperty> properties) => this with { Properties = [.. Checked(properties)] };

    /// <summary>Adds a property of the caller's own.</summary>
    /// <param name="words">What it demands; also its id.</param>
    /// <param name="at">When.</param>
    /// <param name="holds">Whether it holds then.</param>
    /// <exception cref="ArgumentException">There are no words, or it is looked at at no moment.</exception>
    public EntryScenario With(string words, Moments at, EntryPredicate holds)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(words);
        ArgumentNullException.ThrowIfNull(holds);
        return With(new EntryProperty(words, words, at, holds));
    }

    /// <summary>Sets bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A bound is none: 0 or less, or more than 1,024 threads.</exception>
    public EntryScenario Within(ExplorationBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bounds.States ?? 1, $"{nameof(bounds)}.{nameof(bounds.States)}");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bounds.Memory ?? 1, $"{nameof(bounds)}.{nameof(bounds.Memory)}");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(bounds.Time ?? TimeSpan.MaxValue, TimeSpan.Zero, $"{nameof(bounds)}.{nameof(bounds.Time)}");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bounds.Threads ?? 1, $"{nameof(bounds)}.{nameof(bounds.Threads)}");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bounds.Threads ?? 1, 1024, $"{nameof(bounds)}.{nameof(bounds.Threads)}");
        return this with { Bounds = bounds };
    }

    /// <summary>Stores every state, also those that have one successor only.</summary>
    public EntryScenario WithoutReductions() => this with { IsReduced = false };

    /// <summary>Explores.</summary>
    /// <param name="progress">Is told how far it is; may be null.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">The event cannot happen in the state, or the unit has no entry for an event that is to be injected.</exception>
    public ScenarioResult Explore(IProgress<ExplorationProgress>? progress = null, CancellationToken cancellation = default) =>
        new ScenarioRun(this, progress, cancellation).Explore();

    /// <summary>Does one run again.</summary>
    /// <param name="choices">What was chosen: those of a counterexample.</param>
    /// <param name="property">The property to look at.</param>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public Counterexample Replay(RunChoices choices, EntryProperty property)
    {
        ArgumentNullException.ThrowIfNull(property);
        ArgumentException.ThrowIfNullOrEmpty(choices.Text, nameof(choices));
        try
        {
            var setup = new ScenarioSetup(WithoutReductions(), [property]);
            return RunRecorder.Record(setup, ChoiceText.Read(choices.Text, setup), property);
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException(wrong.Message, nameof(choices), wrong);
        }
    }

    /// <summary>The properties that are looked at.</summary>
    public IReadOnlyList<EntryProperty> Asked => Properties.Count > 0 ? Properties
        : HasWorstCaseTlb ? [.. EntryProperties.All, EntryProperties.TranslationsPresent]
        : EntryProperties.All;

    // What is never looked at would hold whatever the code does.
    private static EntryProperty[] Checked(IEnumerable<EntryProperty> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        EntryProperty[] all = [.. properties];
        foreach (var property in all)
        {
            ArgumentNullException.ThrowIfNull(property, nameof(properties));
            if (property.At == Moments.None)
            {
                throw new ArgumentException($"The property '{property.Id}' is looked at at no moment.", nameof(properties));
            }
        }

        return all;
    }

    /// <summary>What this is a part of.</summary>
    internal EntryScenario Whole => this with { FirstEvent = null };

    /// <summary>The same question with the reduction.</summary>
    internal EntryScenario WithReductions() => this with { IsReduced = true };

    /// <summary>The same question with fewer events.</summary>
    internal EntryScenario WithEvents(int most) => this with { MostEvents = most };
}

/// <summary>Bounds of an exploration.</summary>
public sealed record ExplorationBounds
{
    /// <summary>The most states; null for no bound but memory.</summary>
    public long? States { get; init; }

    /// <summary>The most bytes that states may take; null for three quarters of what the process may use.</summary>
    public long? Memory { get; init; }

    /// <summary>The most time.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Threads; null for as many as there are processors.</summary>
    public int? Threads { get; init; }

    /// <summary>How many that is.</summary>
    public int ThreadsToUse => Threads ?? Environment.ProcessorCount;
}
