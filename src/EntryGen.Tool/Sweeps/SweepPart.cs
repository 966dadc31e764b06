using System.Text.Json;
using System.Text.Json.Serialization;
using EntryGen.Exploration.Scenarios;
using EntryGen.Tool.Exploring;

namespace EntryGen.Tool.Sweeps;

/// <summary>What exploring one part found: the runs of a scenario with a certain first event.</summary>
internal sealed record SweepPart
{
    /// <summary>What a line of this form begins with.</summary>
    public const string KindName = "part";

    /// <summary>What line it is.</summary>
    [JsonPropertyOrder(-1)]
    public string Kind { get; init; } = KindName;

    /// <summary>Its number in the sweep, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>The number of its scenario in the header.</summary>
    public required int Scenario { get; init; }

    /// <summary>The event that comes first; <c>none</c> for runs without one.</summary>
    public required string First { get; init; }

    /// <summary>States that were looked at.</summary>
    public required long States { get; init; }

    /// <summary>Transitions between them.</summary>
    public required long Transitions { get; init; }

    /// <summary>The longest distance from the start.</summary>
    public required int Depth { get; init; }

    /// <summary>What cut it short; null when nothing did.</summary>
    public required string? Bound { get; init; }

    /// <summary>Where runs ended before what was interrupted went on.</summary>
    public required IReadOnlyList<string> Cuts { get; init; }

    /// <summary>For each instruction of the unit, in the order of addresses, <c>1</c> when it ran.</summary>
    public required string Ran { get; init; }

    /// <summary>The properties that are violated, each with a shortest run.</summary>
    public required IReadOnlyList<SweepViolation> Violations { get; init; }

    /// <summary>The part as stored.</summary>
    public static SweepPart Of(int number, int scenario, ScenarioResult result)
    {
        var summary = ScenarioSummary.Of(result);
        return new SweepPart
        {
            Number = number,
            Scenario = scenario,
            First = EventOption.Describe(result.Scenario.FirstEvent ?? InjectedEvents.None) is "nothing" ? "none" : EventOption.Describe(result.Scenario.FirstEvent!.Value),
            States = summary.States,
            Transitions = summary.Transitions,
            Depth = summary.Depth,
            Bound = summary.Bound,
            Cuts = summary.Cuts,
            Ran = string.Concat(summary.Ran.Select(ran => ran ? '1' : '0')),
            Violations =
            [
                .. summary.Properties.Zip(result.Properties)
                    .Where(pair => pair.First.Violation is not null)
                    .Select(pair => new SweepViolation(pair.First.Id, pair.First.Violation!, JsonElement.Parse(ScenarioJson.TraceOf(pair.Second.Counterexample!.Steps)))),
            ],
        };
    }

    /// <summary>The part as it was before it was stored.</summary>
    public ScenarioSummary ToSummary(SweepHeader header) => new()
    {
        Question = header.Scenarios[Scenario].Question,
        Terms = header.Scenarios[Scenario].Terms,
        States = States,
        Transitions = Transitions,
        Depth = Depth,
        Bound = Bound,
        Cuts = Cuts,
        Ran = [.. Ran.Select(ran => ran == '1')],
        Properties = [.. header.PropertiesOf(Scenario).Select(property => property with { Violation = Violations.FirstOrDefault(violation => violation.Property == property.Id)?.Summary })],
    };
}

/// <summary>A property that is violated in a part.</summary>
/// <param name="Property">Its id.</param>
/// <param name="Summary">The run as text.</param>
/// <param name="Trace">Its steps, as <c>explore --format json</c> has them.</param>
internal sealed record SweepViolation(string Property, ViolationSummary Summary, JsonElement Trace);

/// <summary>The last line of a shard: without it the shard is not finished.</summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Parts">How many parts it has.</param>
internal sealed record SweepEnd(int Shard, int Parts)
{
    /// <summary>What a line of this form begins with.</summary>
    public const string KindName = "end";

    /// <summary>What line it is.</summary>
    [JsonPropertyOrder(-1)]
    public string Kind { get; init; } = KindName;
}
