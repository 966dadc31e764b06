using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules;

/// <summary>The way to a finding, for people: where it starts, where control was decided, where it ends.</summary>
internal static class StatePath
{
    /// <summary>The steps of a shortest path.</summary>
    /// <param name="node">The state in which the place is reached.</param>
    /// <param name="place">The place.</param>
    public static IEnumerable<FindingStep> To(StateNode node, Instruction place)
    {
        var nodes = new Stack<StateNode>();
        for (var at = node; at is not null; at = at.Parent)
        {
            nodes.Push(at);
        }

        var isFirst = true;
        foreach (var step in nodes)
        {
            if (step.Item is Instruction instruction && !ReferenceEquals(instruction, place))
            {
                var text = instruction.Statement.Text.Text;
                yield return new FindingStep(instruction.Statement.Text.Span, isFirst ? $"{step.Scenario.Symbol} {step.Scenario.Name}: {text}" : text);
                isFirst = false;
            }
        }

        yield return new FindingStep(place.Statement.Text.Span, place.Statement.Text.Text);
    }
}
