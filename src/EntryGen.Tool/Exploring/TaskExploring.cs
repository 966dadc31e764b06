using System.Globalization;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Tasks;

namespace EntryGen.Tool.Exploring;

/// <summary>Explores scenarios of tasks one after the other and prints them as those of entries are.</summary>
/// <param name="output">Where to.</param>
/// <param name="format">How.</param>
internal sealed class TaskExploring(TextWriter output, OutputFormat format)
{
    /// <summary>Whether to print a test for each violation.</summary>
    public bool EmitsTests { get; init; }

    /// <summary>Explores.</summary>
    /// <param name="questions">What is asked.</param>
    /// <param name="replayWords">The arguments that ask one of them again.</param>
    /// <returns>The exit code.</returns>
    public int Run(IReadOnlyList<TaskQuestion> questions, Func<TaskQuestion, IReadOnlyList<string>> replayWords)
    {
        var writer = new ReportWriter(output, format, isAll: questions.Count > 1);
        foreach (var question in questions)
        {
            var found = question.Scenario.Explore();
            writer.Write(ReportOf(question, found, replayWords(question)));
            foreach (var broken in found.Properties.Where(property => EmitsTests && property.Verdict == Verdict.Violated))
            {
                output.Write(TaskTestText.Of(question, broken.Property));
            }
        }

        writer.End();
        return writer.ExitCode;
    }

    /// <summary>Does a run again, and says what it breaks.</summary>
    /// <returns>The exit code.</returns>
    public int Replay(TaskScenario scenario, string choices)
    {
        var runs = scenario.Properties.Select(property => scenario.Replay(new RunChoices(choices), property)).ToList();
        TaskSummary.Write(output, runs);
        return runs.Exists(run => run.IsBroken) ? ExitCode.Found : ExitCode.Done;
    }

    private static ScenarioReport ReportOf(TaskQuestion question, TaskResult found, IReadOnlyList<string> replayWords) => new(
        question.Name,
        string.Create(CultureInfo.InvariantCulture, $"user,tasks={found.Scenario.Options.Tasks.Count},cpus={found.Scenario.Options.Processors}"),
        TaskSummary.Of(found),
        found.Properties.Where(property => property.Counterexample is not null).ToDictionary(property => property.Property.Id, property => ScenarioJson.TraceOf(property.Counterexample!.Steps)),
        replayWords)
    {
        Seconds = Math.Round(found.Exploration.Elapsed.TotalSeconds, 3),
    };
}
