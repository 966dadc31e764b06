using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.Macros;

/// <summary>Adds to findings about calls from where, with which features and on which path they are reached.</summary>
/// <remarks>States are looked at only when something was found: it mostly is not.</remarks>
internal static class CallFindings
{
    /// <summary>The findings with their detail.</summary>
    /// <param name="input">What was looked at.</param>
    /// <param name="found">Each finding with the instruction of the expansion that makes it one, and the other instruction that it has to do with, if any.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IEnumerable<AsmDiagnostic> Complete(RuleInput input, IReadOnlyList<CallFinding> found, CancellationToken cancellation)
    {
        var reached = found.Select(finding => finding.Key).Distinct().ToDictionary(instruction => instruction, _ => new Reach(input.Space.Nothing));
        if (found.Count > 0 && input.Entries.Count > 0)
        {
            new StateReplay(input.States, input.Graph).Run((node, instruction, _) => Note(reached, node, instruction), static (_, _, _) => { }, cancellation);
        }

        return found.Select(finding => finding.Diagnostic with { Detail = Describe(finding, reached[finding.Key], input) });
    }

    private static void Note(Dictionary<Instruction, Reach> reached, StateNode node, Instruction instruction)
    {
        if (reached.TryGetValue(instruction, out var reach))
        {
            reach.First ??= node;
            reach.Condition = reach.Condition.Or(node.Condition);
            reach.Entries.Add(node.Scenario.Symbol);
        }
    }

    private static FindingDetail Describe(CallFinding finding, Reach reach, RuleInput input)
    {
        var path = reach.First is { } node ? StatePath.To(StatePath.Shortest(node), finding.Key).ToList() : [new FindingStep(finding.Key.Statement.Text.Span, $"{finding.Key}")];
        if (finding.Other is { } other)
        {
            path.Add(new FindingStep(other.Statement.Text.Span, $"{other}"));
        }

        path.Add(new FindingStep(finding.Diagnostic.Span, finding.Call.ToString()));
        return new FindingDetail([.. reach.Entries], reach.First is null ? "any" : reach.Condition.Describe(input.Assumptions), path);
    }

    private sealed class Reach(FeatureCondition condition)
    {
        public StateNode? First { get; set; }

        public FeatureCondition Condition { get; set; } = condition;

        public SortedSet<string> Entries { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>A finding about a call before it is known from where the call is reached.</summary>
/// <param name="Diagnostic">The finding.</param>
/// <param name="Call">The call.</param>
/// <param name="Key">The instruction of its expansion that makes it one.</param>
/// <param name="Other">The instruction that suffers, or null.</param>
internal sealed record CallFinding(AsmDiagnostic Diagnostic, Gas.MacroCall Call, Instruction Key, Instruction? Other = null);
