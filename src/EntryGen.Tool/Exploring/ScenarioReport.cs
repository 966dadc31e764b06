using EntryGen.Exploration.Scenarios;

namespace EntryGen.Tool.Exploring;

/// <summary>What a command prints of an explored scenario, whether it was explored just now or is merged from stored parts.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Start">From where it is reached: <see cref="ScenarioJson.Start"/>.</param>
/// <param name="Summary">The verdicts, and what they rest on.</param>
/// <param name="Traces">The steps of counterexamples as JSON arrays, by the id of the property.</param>
/// <param name="ReplayWords">The arguments of <c>explore</c> that ask the question again.</param>
internal sealed record ScenarioReport(string Entry, string Start, ScenarioSummary Summary, IReadOnlyDictionary<string, string> Traces, IReadOnlyList<string> ReplayWords)
{
    /// <summary>How long it took; null where that is not to be said, so that the same exploration gives the same bytes.</summary>
    public double? Seconds { get; init; }

    /// <summary>A report of a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="replayWords">The arguments that ask the question again.</param>
    public static ScenarioReport Of(ScenarioResult result, IReadOnlyList<string> replayWords) => new(
        result.Scenario.Entry,
        ScenarioJson.Start(result.Scenario.Start),
        ScenarioSummary.Of(result),
        result.Properties.Where(property => property.Counterexample is not null).ToDictionary(property => property.Property.Id, property => ScenarioJson.TraceOf(property.Counterexample!.Steps)),
        replayWords);

    /// <summary>A word with which <c>trace --replay</c> does a run again.</summary>
    /// <param name="broken">The properties that it breaks; they have the same choices.</param>
    public string Token(IReadOnlyList<PropertySummary> broken) =>
        ReplayToken.Of([.. ReplayWords, .. broken.SelectMany(property => new[] { "--property", property.Id }), "--choices", broken[0].Violation!.Choices]);
}
