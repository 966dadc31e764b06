using EntryGen.Exploration.Scenarios.States;

namespace EntryGen.Exploration.Scenarios;

/// <summary>Explores a scenario: puts the model, the engine and the properties together.</summary>
internal static class ScenarioRun
{
    public static ScenarioResult Explore(EntryScenario scenario, IProgress<ExplorationProgress>? progress, CancellationToken cancellation)
    {
        var properties = scenario.Properties.Count == 0 ? EntryProperties.All : scenario.Properties;
        var setup = new ScenarioSetup(scenario, properties);
        var model = new EntryModel(setup);
        var explorer = Exploration.Explore.Model(model);
        for (var i = 0; i < properties.Count; i++)
        {
            var bit = 1UL << i;
            explorer.With(Property<EntryState>.Invariant(properties[i].Id, properties[i].Words, (in EntryState state) => (state.Broken & bit) == 0, properties[i].Source));
        }

        if (scenario.Bounds.States is { } states)
        {
            explorer.States(states);
        }

        if (scenario.Bounds.Time is { } time)
        {
            explorer.Time(time);
        }

        if (scenario.Bounds.Threads is { } threads)
        {
            explorer.Threads(threads);
        }

        if (progress is not null)
        {
            explorer.Report(progress);
        }

        return new ScenarioResult(scenario, setup, model.Description, explorer.Run(cancellation));
    }
}
