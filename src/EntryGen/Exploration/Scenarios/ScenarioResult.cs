using EntryGen.Exploration.Scenarios.States;

namespace EntryGen.Exploration.Scenarios;

/// <summary>What became of a scenario.</summary>
public sealed class ScenarioResult
{
    private readonly ScenarioSetup _setup;

    internal ScenarioResult(EntryScenario scenario, ScenarioSetup setup, string description, ExplorationResult exploration, IReadOnlyList<EntryPropertyResult> properties)
    {
        Scenario = scenario;
        Description = description;
        Exploration = exploration;
        _setup = setup;
        Properties = properties;
    }

    /// <summary>The question.</summary>
    public EntryScenario Scenario { get; }

    /// <summary>What happens first, in words: <c>NMI in kernel code</c>.</summary>
    public string Description { get; }

    /// <summary>The engine's counts and bounds, of the last search: that with the most events.</summary>
    public ExplorationResult Exploration { get; }

    /// <summary>The verdict on each property, in the order in which they were asked.</summary>
    public IReadOnlyList<EntryPropertyResult> Properties { get; }

    /// <summary>Whether fewer events were tried than asked for, because with so many already an entry does not end.</summary>
    internal bool IsEndless { get; init; }

    /// <summary>Where runs ended before what was interrupted went on, in words. Properties that no run broke have no answer then.</summary>
    public IReadOnlyList<string> Cuts => [.. _setup.Cuts.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The verdict on all properties together.</summary>
    public Verdict Verdict => Properties.Any(property => property.Verdict == Verdict.Violated) ? Verdict.Violated
        : Properties.All(property => property.Verdict == Verdict.HoldsWithinBounds) ? Verdict.HoldsWithinBounds
        : Verdict.BoundHit;

    /// <summary>The instructions of the entry's unit that ran in some state.</summary>
    public IReadOnlyList<UnitInstruction> Covered => Instructions(ran: true);

    /// <summary>The instructions of the unit that ran in none. Those of alternatives that the features do not choose are among them.</summary>
    public IReadOnlyList<UnitInstruction> NotCovered => Instructions(ran: false);

    /// <summary>Whether each instruction of the unit ran, in the order of addresses.</summary>
    internal IReadOnlyList<bool> Ran => [.. _setup.Code.Places.Where(place => place.Instruction is not null).Select(place => _setup.Covered[place.Number])];

    /// <summary>The verdict in words, with counterexamples.</summary>
    public override string ToString() => ScenarioText.Of(this);

    private List<UnitInstruction> Instructions(bool ran) =>
        [.. _setup.Code.Places.Where(place => place.Instruction is not null && _setup.Covered[place.Number] == ran).Select(place => place.Instruction!)];
}

/// <summary>What became of one property.</summary>
/// <param name="Property">The property.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Counterexample">A shortest run that breaks it; null unless violated.</param>
public sealed record EntryPropertyResult(EntryProperty Property, Verdict Verdict, Counterexample? Counterexample);
