using System.Globalization;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;

namespace EntryGen.Tool.Exploring;

/// <summary>Prints scenarios one after the other, and keeps what the exit code and the last line say of all.</summary>
/// <param name="output">Where to.</param>
/// <param name="format">How.</param>
/// <param name="isAll">Whether there are many: what holds is then one line, and the last line counts.</param>
internal sealed class ReportWriter(TextWriter output, OutputFormat format, bool isAll)
{
    private readonly JsonLines _lines = new(output);
    private long _transitions;
    private int _count;
    private int _violated;
    private int _unknown;

    /// <summary>The states of all that was printed.</summary>
    public long States { get; private set; }

    /// <summary>What the command returns.</summary>
    public int ExitCode => _violated > 0 ? Tool.ExitCode.Found : _unknown > 0 ? Tool.ExitCode.Unknown : Tool.ExitCode.Done;

    /// <summary>Prints a scenario.</summary>
    public void Write(ScenarioReport report)
    {
        var summary = report.Summary;
        _count++;
        States += summary.States;
        _transitions += summary.Transitions;
        _violated += summary.Verdict == Verdict.Violated ? 1 : 0;
        _unknown += summary.Verdict == Verdict.BoundHit ? 1 : 0;
        if (format == OutputFormat.Json)
        {
            ScenarioJson.Write(report, _lines);
        }
        else if (isAll && summary.Verdict == Verdict.HoldsWithinBounds)
        {
            output.WriteLine(ScenarioText.Line(summary));
        }
        else
        {
            ScenarioText.Write(output, summary, broken => $"again: entrygen trace --replay {report.Token(broken)}");
        }
    }

    /// <summary>Prints what there is to say of all of them.</summary>
    /// <param name="note">What the counts mean, in words; null when it need not be said.</param>
    public void End(string? note = null)
    {
        if (format != OutputFormat.Text)
        {
            return;
        }

        if (isAll)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{_count} explorations, {_violated} of them with a violation; {States:N0} states, {_transitions:N0} transitions"));
        }

        if (note is not null)
        {
            output.WriteLine(note);
        }
    }
}
