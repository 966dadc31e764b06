using System.Globalization;
using System.Text;

namespace EntryGen.Exploration;

/// <summary>A verdict in words. The same exploration gives the same text: no times, no number of threads.</summary>
public static class VerdictText
{
    /// <summary>What a verdict is called.</summary>
    /// <param name="verdict">The verdict.</param>
    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.HoldsWithinBounds => "holds within bounds",
        Verdict.Violated => "violated",
        Verdict.BoundHit => "no answer: bound hit",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    /// <summary>A result: what it rests on, then each property, with its counterexample if there is one.</summary>
    /// <param name="result">The result.</param>
    public static string Of(ExplorationResult result)
    {
        var text = new StringBuilder();
        Append(text, $"{NameOf(result.Verdict)}: {result.States:N0} states, {result.Transitions:N0} transitions, depth {result.Depth}");
        if (BoundOf(result) is { } bound)
        {
            text.Append("; ").Append(bound);
        }

        text.Append('\n');
        if (result.Reduced)
        {
            text.Append("mirror images were taken for one state\n");
        }

        if (result.HashCompaction)
        {
            Append(text, $"hash compaction: states were told apart by 64 bits of hash; some may have been missed, with a probability below {result.MissProbability:0.0e+0}\n");
        }

        foreach (var property in result.Properties)
        {
            Append(text, $"  {property.Id}  {NameOf(property.Verdict)}");
            if (property.Words.Length != 0 && property.Words != property.Id)
            {
                text.Append(": ").Append(property.Words);
            }

            text.Append(property.Source.Length == 0 ? "\n" : $" ({property.Source})\n");
            if (property.Counterexample is { } counterexample)
            {
                Append(text, counterexample);
            }
        }

        return text.ToString();
    }

    /// <summary>An execution: the initial state and a line for each transition.</summary>
    /// <param name="execution">The execution.</param>
    public static string Of(Execution execution)
    {
        var text = new StringBuilder();
        Append(text, execution);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Execution execution)
    {
        var width = execution.Steps.Append(execution.Start).Max(step => step.Name.Length);
        AppendStep(text, "start", execution.Start, width);
        for (var i = 0; i < execution.Steps.Count; i++)
        {
            AppendStep(text, (i + 1).ToString(CultureInfo.InvariantCulture), execution.Steps[i], width);
        }
    }

    private static void AppendStep(StringBuilder text, string number, ExecutionStep step, int width) =>
        text.Append($"    {number,5}  {step.Name.PadRight(width)}  {step.Description}".TrimEnd()).Append('\n');

    internal static string? BoundOf(ExplorationResult result) => result.Bound switch
    {
        Bound.None => null,
        Bound.Depth => Invariant($"the depth bound of {result.BoundValue:N0} transitions left {result.Levels[^1]:N0} states unexpanded"),
        Bound.States => Invariant($"more states than the bound of {result.BoundValue:N0}"),
        Bound.Memory => Invariant($"more memory than the bound of {result.BoundValue:N0} bytes"),
        Bound.Time => Invariant($"more time than the bound of {result.BoundValue} s"),
        Bound.Cancelled => "cancelled",
        Bound.Violation => "stopped at the first violation",
        _ => throw new ArgumentOutOfRangeException(nameof(result)),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static void Append(StringBuilder text, FormattableString line) => text.Append(FormattableString.Invariant(line));
}
