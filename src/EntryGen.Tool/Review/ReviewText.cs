using System.Text;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Tool.Messages;
using EntryGen.Tracing;

namespace EntryGen.Tool.Review;

/// <summary>A review as text to paste into a mail: plain characters, lines that fit.</summary>
/// <param name="output">Where to.</param>
internal sealed class ReviewText(TextWriter output)
{
    private const int EntryColumn = 44;
    private const int LineWidth = 100;

    /// <summary>Writes a review.</summary>
    public void Write(PatchReview review)
    {
        Head(review);
        Findings(review);
        Costs(review);
        Verdicts(review.Verdicts);
    }

    private void Head(PatchReview review)
    {
        foreach (var subject in review.Patch.Subjects)
        {
            Line(subject);
        }

        foreach (var file in review.Patch.Files)
        {
            Line($" {file.Path} | +{file.Added} -{file.Removed}{(review.Unread.Contains(file.Path) ? "   (not read by this entry code; nothing is said of it)" : "")}");
        }

        foreach (var note in review.Tree.Notes)
        {
            Line($" note: {note}");
        }
    }

    private void Findings(PatchReview review)
    {
        Line();
        foreach (var group in review.Findings.GroupBy(change => change.Kind))
        {
            Line(group.Key switch
            {
                FindingChangeKind.Gained => "Findings that the patch brings:",
                FindingChangeKind.Changed => "Findings that happen elsewhere with the patch:",
                _ => "Findings that the patch repairs:",
            });
            foreach (var change in group)
            {
                foreach (var line in DiagnosticText.Lines(change.Finding.Descriptor.Severity, change.Finding, review.IncludedAt).Concat(DiagnosticText.Detail(change.Finding)))
                {
                    Line("  " + line);
                }
            }
        }

        if (review.Findings.Count == 0)
        {
            Line("Findings: none gained, none lost.");
        }
    }

    private void Costs(PatchReview review)
    {
        Line();
        var changed = review.Costs.Sum(change => change.Entries.Count);
        if (changed == 0)
        {
            Line($"Costs: all {review.Paths} paths run as before.");
            return;
        }

        Line($"Costs: {changed} of {review.Paths} paths change.");
        Line($"{"",EntryColumn} {"insns",10} {"CR3 writes",12} {"flushes",9} {"accesses",10}");
        foreach (var alike in review.Costs.GroupBy(change => change.Scenario).GroupBy(Rows))
        {
            foreach (var scenario in alike)
            {
                Line($"from {scenario.Key.From}; {scenario.Key.Features}");
            }

            output.Write(alike.Key);
        }
    }

    private void Verdicts(VerdictComparison verdicts)
    {
        if (verdicts.Explored == 0)
        {
            return;
        }

        Line();
        var left = verdicts.Left == 0 ? "" : $"; {verdicts.Left} more were not explored";
        Line($"Verdicts, with an NMI, #MC or #DB at any instruction of {verdicts.Explored} of the paths that change{left}:");
        if (verdicts.Changes.Count == 0)
        {
            Line("  as before.");
        }

        foreach (var alike in verdicts.Changes.GroupBy(change => (change.Entry, change.Scenario, change.Before, change.After)))
        {
            var (entry, scenario, before, after) = alike.Key;
            Line($"  {entry} from {scenario.From}; {scenario.Features}:");
            Line($"    {string.Join(' ', alike.Select(change => change.Property.Id))}: {Word(before)} before, {Word(after)} after");
        }

        // For each property that breaks, the shortest run.
        foreach (var broken in verdicts.Changes.Where(change => change.IsBroken).GroupBy(change => change.Property).Select(group => group.MinBy(change => change.Counterexample!.Steps.Count)!))
        {
            Line();
            Line($"{broken.Entry} from {broken.Scenario.From}; {broken.Scenario.Features}, with the patch:");
            ScenarioText.Write(output, broken.Counterexample!);
        }
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.HoldsWithinBounds => "holds",
        Verdict.Violated => "is violated",
        _ => "is open",
    };

    /// <summary>What is said of one scenario: the same text for those in which the same happens.</summary>
    private static string Rows(IEnumerable<CostChange> changes)
    {
        var rows = new StringBuilder();
        foreach (var change in changes)
        {
            var counts = $"{Change(change, cost => cost.Instructions),10} {Change(change, cost => cost.Cr3Writes),12} {Change(change, cost => cost.TlbFlushes),9} {Change(change, cost => cost.MemoryAccesses),10}";
            var names = Fold(change.Entries).ToList();
            foreach (var line in names.SkipLast(1))
            {
                rows.Append($"  {line}\n");
            }

            rows.Append(names[^1].Length + 2 <= EntryColumn ? $"  {names[^1].PadRight(EntryColumn - 2)} {counts}\n" : $"  {names[^1]}\n{"",EntryColumn} {counts}\n");
            if (change.Before is null || !change.Before.EndsAs(change.After))
            {
                rows.Append($"    before: {change.Before?.End ?? "not there"}\n");
                rows.Append($"    after:  {change.After?.End ?? "not there"}\n");
            }
        }

        return rows.ToString();
    }

    private static string Change(CostChange change, Func<TraceSummary, long> count) =>
        (change.Before is null ? null : (long?)count(change.Before.Counts), change.After is null ? null : (long?)count(change.After.Counts)) switch
        {
            var (before, after) when before == after => $"{before}",
            var (before, after) => $"{before?.ToString() ?? "-"} > {after?.ToString() ?? "-"}",
        };

    /// <summary>Names separated by commas, broken into lines that leave room for the columns at the end.</summary>
    private static IEnumerable<string> Fold(IReadOnlyList<string> names)
    {
        var line = "";
        for (var n = 0; n < names.Count; n++)
        {
            var next = names[n] + (n + 1 < names.Count ? "," : "");
            if (line.Length > 0 && line.Length + next.Length + 3 > LineWidth)
            {
                yield return line;
                line = "";
            }

            line += (line.Length == 0 ? "" : " ") + next;
        }

        yield return line;
    }

    private void Line(string text = "") => output.Write(text.TrimEnd() + "\n");
}
