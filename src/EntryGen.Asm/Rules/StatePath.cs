using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules;

/// <summary>The way to a finding, for people: where it starts, where control was decided, where it ends.</summary>
internal static class StatePath
{
    /// <summary>The nodes of a shortest path, the entry first.</summary>
    /// <param name="node">The state in which the place is reached.</param>
    public static IReadOnlyList<StateNode> Shortest(StateNode node)
    {
        var nodes = new List<StateNode>();
        for (var at = node; at is not null; at = at.Parent)
        {
            nodes.Add(at);
        }

        nodes.Reverse();
        return nodes;
    }

    /// <summary>The steps of a path.</summary>
    /// <param name="nodes">Its nodes, the entry first.</param>
    /// <param name="place">The place.</param>
    public static IEnumerable<FindingStep> To(IReadOnlyList<StateNode> nodes, Instruction place)
    {
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
