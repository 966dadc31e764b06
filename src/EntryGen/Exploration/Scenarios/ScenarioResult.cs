using EntryGen.Exploration.Scenarios.States;

namespace EntryGen.Exploration.Scenarios;

/// <summary>What became of a scenario.</summary>
public sealed class ScenarioResult
{
    private readonly ScenarioSetup _setup;

    internal ScenarioResult(EntryScenario scenario, ScenarioSetup setup, string description, ExplorationResult exploration)
    {
        Scenario = scenario;
        Description = description;
        Exploration = exploration;
        _setup = setup;
    }

    /// <summary>The question.</summary>
    public EntryScenario Scenario { get; }

    /// <summary>What happens first, in words: <c>NMI in kernel code</c>.</summary>
    public string Description { get; }

    /// <summary>The engine's answer: counts, and a verdict for each property.</summary>
    public ExplorationResult Exploration { get; }

    /// <summary>The verdict on all properties together.</summary>
    public Verdict Verdict => Exploration.Verdict;

    /// <summary>Instructions and C functions that ran in some state.</summary>
    public int Covered => _setup.Covered.Count(ran => ran);
}
