using EntryGen.Tracing.Html;

namespace EntryGen.Exploration.Scenarios;

/// <summary>A counterexample as a page of HTML.</summary>
public static class CounterexamplePage
{
    /// <summary>The page: the run from the first event to the step with which the property is broken.</summary>
    /// <param name="scenario">What was asked.</param>
    /// <param name="counterexample">The run.</param>
    public static TracePage Of(EntryScenario scenario, Counterexample counterexample)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(counterexample);
        var property = counterexample.Property;
        var detail = counterexample.Detail is { } words ? $" ({words})" : "";
        return new TracePage(
            $"{scenario.Entry}: {property.Id} is violated",
            [ScenarioText.Question(scenario), $"replay {counterexample.Choices}"],
            counterexample.Steps,
            counterexample.Before,
            $"{property.Id} is violated: {property.Words}{detail}",
            counterexample.Steps.Count - 1);
    }
}
