using System.Globalization;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks.States;
using EntryGen.Tracing;

namespace EntryGen.Exploration.Tasks;

/// <summary>What there is to say of a scenario of tasks, as plain data of the same form as that of an entry.</summary>
public static class TaskSummary
{
    /// <summary>What there is to say of a result.</summary>
    public static ScenarioSummary Of(TaskResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ScenarioSummary
        {
            Question = Question(result.Scenario),
            Terms = [.. Terms(result.Scenario)],
            States = result.Exploration.States,
            Transitions = result.Exploration.Transitions,
            Depth = result.Exploration.Depth,
            Bound = VerdictText.BoundOf(result.Exploration),
            Cuts = [],
            Ran = [],
            Properties = [.. result.Properties.Select(property => new PropertySummary(
                property.Property.Id, property.Property.Words, "", property.Counterexample is { } counterexample ? Of(counterexample) : null))],
        };
    }

    /// <summary>Writes runs that have the same choices: each property in words, what is wrong, then the way there.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="runs">The runs.</param>
    public static void Write(TextWriter writer, IReadOnlyList<TaskCounterexample> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ScenarioText.Write(writer, [.. runs.Select(run => new PropertySummary(run.Property.Id, run.Property.Words, "", Of(run)))]);
    }

    private static ViolationSummary Of(TaskCounterexample run)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        TraceText.WriteChanges(text, TaskCounterexample.Label, run.Before, run.Steps);
        return new ViolationSummary(run.Detail, run.Choices.Text, TaskChoiceText.EventsIn(run.Choices.Text), run.Steps.Count, text.ToString());
    }

    private static string Question(TaskScenario scenario) => string.Create(
        CultureInfo.InvariantCulture, $"{scenario.Unit}, {Count(scenario.Options.Tasks.Count, "task")} on {Count(scenario.Options.Processors, "CPU")}, features {scenario.Options.Features}");

    private static IEnumerable<string> Terms(TaskScenario scenario)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"tasks        each enters {Often(scenario.EntriesOfTask)} by {string.Join(" or ", scenario.Entries)}");
        yield return scenario.SleepsIn.Count == 0 || scenario.SleepsOfTask == 0
            ? "sleep        none"
            : string.Create(CultureInfo.InvariantCulture, $"sleep        each {Often(scenario.SleepsOfTask)} in {string.Join(" or ", scenario.SleepsIn)}");
        if (scenario.ExitsIn.Count > 0)
        {
            yield return $"end          in {string.Join(" or ", scenario.ExitsIn)}{(scenario.Options.PtiStacks ? $"; the PTI stack is {(scenario.UnmapsAtExit ? "" : "not ")}unmapped" : "")}";
        }

        yield return scenario.Events == InjectedEvents.None || scenario.MostEvents == 0
            ? "events       none"
            : string.Create(CultureInfo.InvariantCulture, $"events       {string.Join(", ", InjectedEvent.All.Where(injected => scenario.Events.HasFlag(injected.Event)).Select(injected => injected.Name))} at every boundary, {scenario.MostEvents} in a run");
        yield return "not modelled what C code does besides sleeping; faults of entry code; idle loop, lazy page tables, flushes by other CPUs, memory ordering, kernel threads; speculation";
    }

    private static string Often(int count) => count switch
    {
        1 => "once",
        2 => "twice",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} times"),
    };

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
