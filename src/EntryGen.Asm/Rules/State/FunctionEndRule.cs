using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>Control leaves a function by a jump or a return: it does not run into the next one, nor into the INT3 that fill the room behind it (objtool looks for the same).</summary>
internal sealed class FunctionEndRule : StateRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.RunsOff];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Next is not { } next || !ComesTo(node, instruction, next))
        {
            return;
        }

        if (report.IsFunctionStart(next))
        {
            report.Add(StateDiagnostics.RunsOff, node, instruction, "Control runs on from here into the next function; a jump or a return is missing behind this.");
        }
        else if (next is Instruction { Info.Op: Op.Int3 })
        {
            report.Add(StateDiagnostics.RunsOff, node, instruction, "Control runs on from here into INT3, which stands where nothing may go on; a jump or a return is missing behind this.");
        }
    }

    /// <inheritdoc/>
    public override void Finish(StateGraph graph, StateReport report)
    {
        var reported = new HashSet<Scenario>();
        foreach (var node in WithoutEnd(graph))
        {
            if (LastOf(node) is { } last && reported.Add(node.Scenario))
            {
                report.Add(StateDiagnostics.RunsOff, node, last, "Control goes round for ever from here: no way leads to a return; a jump or a return is missing, or leads back.");
            }
        }
    }

    // The nodes from which no node is reached at which control leaves.
    private static IEnumerable<StateNode> WithoutEnd(StateGraph graph)
    {
        var from = new List<int>[graph.Nodes.Count];
        var ends = new bool[graph.Nodes.Count];
        var pending = new Stack<int>();
        foreach (var node in graph.Nodes)
        {
            foreach (var edge in node.EdgeArray)
            {
                (from[edge.To.Index] ??= []).Add(node.Index);
            }

            // An interrupt return that faults has an edge too, to its fixup.
            if (!node.Condition.IsNever && (node.EdgeArray.Length == 0 || LastOf(node)?.Info.ControlFlow is ControlFlow.InterruptReturn or ControlFlow.SystemReturn))
            {
                ends[node.Index] = true;
                pending.Push(node.Index);
            }
        }

        while (pending.Count > 0)
        {
            foreach (var before in from[pending.Pop()] ?? [])
            {
                if (!ends[before])
                {
                    ends[before] = true;
                    pending.Push(before);
                }
            }
        }

        return graph.Nodes.Where(node => !ends[node.Index] && !node.Condition.IsNever);
    }

    private static Instruction? LastOf(StateNode node)
    {
        var last = node.Item as Instruction;
        while (last is { Info.ControlFlow: ControlFlow.Sequential, Next: Instruction next } && !Array.Exists(node.EdgeArray, edge => edge.To.Item == next))
        {
            last = next;
        }

        return last;
    }

    private static bool ComesTo(StateNode node, Instruction instruction, CodeItem next) => instruction.Info.ControlFlow switch
    {
        ControlFlow.Sequential => true,
        ControlFlow.ConditionalJump or ControlFlow.Call when instruction.Target?.Item != next => Array.Exists(node.EdgeArray, edge => edge.To.Item == next),
        _ => false,
    };
}
