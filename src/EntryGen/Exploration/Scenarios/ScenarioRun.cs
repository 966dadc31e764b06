using EntryGen.Exploration.Scenarios.States;

namespace EntryGen.Exploration.Scenarios;

/// <summary>
/// Explores a scenario. What is violated is explored again with no event, then with one more each time, so that a counterexample has the fewest events; among those
/// with as many it has the fewest steps.
/// </summary>
internal sealed class ScenarioRun(EntryScenario scenario, IProgress<ExplorationProgress>? progress, CancellationToken cancellation)
{
    // To find the fewest steps every state is stored; beyond so many the run that was found first is shown.
    private const long StatesForFewestSteps = 2_000_000;

    private readonly IReadOnlyList<EntryProperty> _properties = scenario.Properties.Count == 0 ? EntryProperties.All : scenario.Properties;
    private readonly Dictionary<EntryProperty, Counterexample> _broken = [];

    /// <summary>Explores.</summary>
    public ScenarioResult Explore()
    {
        var setup = new ScenarioSetup(scenario, _properties);
        var model = new EntryModel(setup);
        var found = Search(setup, model, explorer => explorer);
        var broken = _properties.Where((_, number) => found.Properties[number].Verdict == Verdict.Violated).ToList();
        for (var events = 0; broken.Count > 0; events++)
        {
            var fewer = new ScenarioSetup(scenario.WithEvents(events), broken);
            if (Search(fewer, new EntryModel(fewer), explorer => explorer) is { Verdict: Verdict.Violated } with)
            {
                ShowFewestSteps(fewer, with);
            }
            else if (events == scenario.MostEvents)
            {
                // Time ran out.
                ShowFewestSteps(setup, found);
            }

            broken.RemoveAll(_broken.ContainsKey);
        }

        var results = _properties.Select(property => _broken.TryGetValue(property, out var counterexample)
            ? new EntryPropertyResult(property, Verdict.Violated, counterexample)
            : new EntryPropertyResult(property, found.Bound == Bound.None ? Verdict.HoldsWithinBounds : Verdict.BoundHit, null));
        return new ScenarioResult(scenario, setup, model.Description, found, [.. results]);
    }

    private ExplorationResult Search(ScenarioSetup setup, EntryModel model, Func<Explorer<EntryState>, Explorer<EntryState>> limit)
    {
        var explorer = limit(Bounded(Exploration.Explore.Model(model)));
        for (var i = 0; i < setup.Properties.Count; i++)
        {
            var bit = 1UL << i;
            var property = setup.Properties[i];
            explorer.With(Property<EntryState>.Invariant(property.Id, property.Words, (in EntryState state) => (state.Broken & bit) == 0, property.Source));
        }

        return explorer.Run(cancellation);
    }

    private void ShowFewestSteps(ScenarioSetup setup, ExplorationResult found)
    {
        var shown = Counterexamples(setup, found);
        if (setup.Scenario.IsReduced)
        {
            var most = shown.Values.Max(counterexample => counterexample.Steps.Count);
            var plain = new ScenarioSetup(setup.Scenario.WithoutReductions(), [.. shown.Keys]);
            var fewest = Search(plain, new EntryModel(plain), explorer => explorer.Depth(most).States(StatesForFewestSteps));
            foreach (var (property, counterexample) in Counterexamples(plain, fewest))
            {
                shown[property] = counterexample;
            }
        }

        foreach (var (property, counterexample) in shown)
        {
            _broken.TryAdd(property, counterexample);
        }
    }

    private static Dictionary<EntryProperty, Counterexample> Counterexamples(ScenarioSetup setup, ExplorationResult found)
    {
        var shown = new Dictionary<EntryProperty, Counterexample>();
        for (var i = 0; i < setup.Properties.Count; i++)
        {
            if (found.Properties[i].Counterexample is { } execution)
            {
                var choices = execution.Steps.Select(step => Choice.Of(step.Transition, setup));
                shown.Add(setup.Properties[i], RunRecorder.Record(setup, choices, setup.Properties[i]));
            }
        }

        return shown;
    }

    private Explorer<EntryState> Bounded(Explorer<EntryState> explorer)
    {
        var bounds = scenario.Bounds;
        explorer = bounds.States is { } states ? explorer.States(states) : explorer;
        explorer = bounds.Time is { } time ? explorer.Time(time) : explorer;
        explorer = bounds.Threads is { } threads ? explorer.Threads(threads) : explorer;
        return progress is null ? explorer : explorer.Report(progress);
    }
}
