using System.Reflection;
using System.Text.Json.Serialization;
using EntryGen.Exploration.Scenarios;
using EntryGen.Tool.Exploring;

namespace EntryGen.Tool.Sweeps;

/// <summary>What a sweep is: the first line of each of its files. But for the shard it is the same in all of them.</summary>
internal sealed record SweepHeader
{
    /// <summary>What a file of this form begins with.</summary>
    public const string KindName = "sweep";

    /// <summary>What line it is.</summary>
    [JsonPropertyOrder(-1)]
    public string Kind { get; init; } = KindName;

    /// <summary>The version of the tool: another one may count otherwise.</summary>
    public required string Tool { get; init; }

    /// <summary>SHA-256 of the code that is explored.</summary>
    public required string Inputs { get; init; }

    /// <summary>Which shard, from 0.</summary>
    public required int Shard { get; init; }

    /// <summary>How many shards there are.</summary>
    public required int Shards { get; init; }

    /// <summary>How many parts all shards have together.</summary>
    public required int Parts { get; init; }

    /// <summary>How many events there may be in one run, at most.</summary>
    public required int MostEvents { get; init; }

    /// <summary>The lists of properties that scenarios ask; nothing is violated here.</summary>
    public required IReadOnlyList<IReadOnlyList<PropertySummary>> Properties { get; init; }

    /// <summary>The entries and the states in which they are reached.</summary>
    public required IReadOnlyList<SweepScenario> Scenarios { get; init; }

    /// <summary>The header of a sweep in one shard.</summary>
    /// <param name="inputs">SHA-256 of the code that is explored.</param>
    /// <param name="asked">The scenarios, each with the options that it is asked with, and the arguments that ask it again.</param>
    public static SweepHeader Of(string inputs, IReadOnlyList<(EntryScenario Scenario, string Options, IReadOnlyList<string> ReplayWords)> asked)
    {
        List<string> texts = [];
        List<IReadOnlyList<PropertySummary>> properties = [];
        List<SweepScenario> scenarios = [];
        foreach (var (scenario, options, replayWords) in asked)
        {
            var known = scenario.Asked;
            PropertySummary[] list = [.. known.Select(property => new PropertySummary(property.Id, property.Words, property.Source, null))];
            var text = SweepLines.ToText(list);
            if (!texts.Contains(text))
            {
                texts.Add(text);
                properties.Add(list);
            }

            scenarios.Add(new SweepScenario(
                scenario.Entry, ScenarioJson.Start(scenario.Start), ScenarioText.Question(scenario), options, texts.IndexOf(text), [.. ScenarioText.Terms(scenario)], replayWords));
        }

        return new SweepHeader
        {
            Tool = typeof(SweepHeader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            Inputs = inputs,
            Shard = 0,
            Shards = 1,
            Parts = asked.Sum(one => one.Scenario.Split().Count),
            MostEvents = asked.Max(one => one.Scenario.MostEvents),
            Properties = properties,
            Scenarios = scenarios,
        };
    }

    /// <summary>The properties that a scenario asks.</summary>
    public IReadOnlyList<PropertySummary> PropertiesOf(int scenario) => Properties[Scenarios[scenario].Properties];

    /// <summary>Why a file with another header is not of this sweep, in words; null when it is.</summary>
    public string? ReasonAgainst(SweepHeader other)
    {
        if (Tool != other.Tool)
        {
            return $"another version of the tool ({other.Tool}, not {Tool})";
        }

        if (Inputs != other.Inputs)
        {
            return $"other inputs ({Short(other.Inputs)}, not {Short(Inputs)})";
        }

        if (Shards != other.Shards)
        {
            return $"another number of shards ({other.Shards}, not {Shards})";
        }

        var difference = Scenarios.Zip(other.Scenarios).FirstOrDefault(pair => pair.First.Question != pair.Second.Question || pair.First.Options != pair.Second.Options);
        return difference.First is not { } mine ? (SweepLines.ToText(Asked(this)) == SweepLines.ToText(Asked(other)) ? null : "another question")
            : mine.Question != difference.Second.Question ? $"another question ('{difference.Second.Question}', not '{mine.Question}')"
            : $"other options ('{difference.Second.Options}', not '{mine.Options}')";
    }

    // The files may lie elsewhere where another shard runs.
    private static SweepHeader Asked(SweepHeader header) => header with { Shard = 0, Scenarios = [.. header.Scenarios.Select(scenario => scenario with { ReplayWords = [] })] };

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}

/// <summary>One entry in one state; split by the first event it makes several parts.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Start">From where it is reached.</param>
/// <param name="Question">Both in words, with the features.</param>
/// <param name="Options">The other options that decide what the answer is.</param>
/// <param name="Properties">Which of the lists of properties is asked.</param>
/// <param name="Terms">What is explored and what is not.</param>
/// <param name="ReplayWords">The arguments of <c>explore</c> that ask the question again.</param>
internal sealed record SweepScenario(string Entry, string Start, string Question, string Options, int Properties, IReadOnlyList<string> Terms, IReadOnlyList<string> ReplayWords);
