using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Which general registers are read before they are overwritten, as bit sets by encoding number.</summary>
/// <remarks>
/// Where control leaves the Program for what was interrupted, or for nobody knows where, every register is live; a return to a place behind a call leaves
/// live what is read there. A C function reads its arguments, of which entry code passes two, and preserves the callee-saved registers (System V ABI).
/// </remarks>
public sealed class RegisterLiveness
{
    private const int All = 0xFFFF;
    private const int Arguments = 1 << 7 | 1 << 6;
    private readonly int[] _before;

    private RegisterLiveness(FlowGraph graph, IEnumerable<CodeItem> starts, CancellationToken cancellation)
    {
        var outer = OuterCode(graph, starts);
        var after = graph.Program.Items.Select(item => Leaves(graph, outer, item) ? All : 0).ToArray();
        DataFlow.Backward(graph, after, (item, _, live) => Before(graph, item, live), (left, right) => left | right, cancellation);
        _before = [.. graph.Program.Items.Select(item => Before(graph, item, after[item.Index]))];
    }

    /// <summary>Analyzes a Program.</summary>
    /// <param name="graph">Its control flow.</param>
    /// <param name="starts">Where control comes in from outside: what returns from there returns to somebody who may read every register.</param>
    /// <param name="cancellation">Ends it.</param>
    public static RegisterLiveness Create(FlowGraph graph, IEnumerable<CodeItem> starts, CancellationToken cancellation = default) => new(graph, starts, cancellation);

    /// <summary>Registers whose value before an item matters.</summary>
    public int LiveBefore(CodeItem item) => _before[item.Index];

    private static int Before(FlowGraph graph, CodeItem item, int after)
    {
        if (item is not Instruction instruction)
        {
            return after;
        }

        var effects = RegisterEffects.Of(instruction);
        return IsCallOfC(graph, instruction)
            ? (after & ~PoisonFlow.CallerSaved) | effects.Read | Arguments
            : (after & ~effects.Overwritten) | effects.Read;
    }

    // What runs without a call inside the Program before it; items whose address is taken may be come to from anywhere.
    private static bool[] OuterCode(FlowGraph graph, IEnumerable<CodeItem> starts)
    {
        var reached = new bool[graph.Program.Items.Count];
        var pending = new Stack<CodeItem>();
        foreach (var start in starts.Concat(graph.Program.Items.Where(graph.IsAddressTaken)))
        {
            Visit(start);
        }

        while (pending.Count > 0)
        {
            var item = pending.Pop();
            if (item is Instruction call && graph.Calls.IsInternalCall(call))
            {
                Visit(call.Next);
                Visit(call.ExceptionHandler?.Handler);
            }
            else if (item is not Instruction ret || graph.Calls.ReturnTargets(ret).Count == 0)
            {
                foreach (var successor in graph.Successors(item))
                {
                    Visit(successor);
                }
            }
        }

        return reached;

        void Visit(CodeItem? item)
        {
            if (item is not null && !reached[item.Index])
            {
                reached[item.Index] = true;
                pending.Push(item);
            }
        }
    }

    private static bool Leaves(FlowGraph graph, bool[] outer, CodeItem item) =>
        graph.IsAddressTaken(item)
        || (item is Instruction instruction && instruction.Info.ControlFlow switch
        {
            ControlFlow.Sequential => instruction.Next is null,
            ControlFlow.ConditionalJump => instruction.Target?.Item is null || instruction.Next is null,
            ControlFlow.Jump => instruction.Target?.Item is null,
            ControlFlow.Call => false,
            ControlFlow.Return => outer[instruction.Index] || graph.Calls.ReturnTargets(instruction).Count == 0,
            _ => true,
        });

    private static bool IsCallOfC(FlowGraph graph, Instruction instruction) =>
        instruction.Info.ControlFlow == ControlFlow.Call && !graph.Calls.IsInternalCall(instruction)
        && (instruction.Target?.External is not { } function || !KernelSymbols.IsAssembly(function.Name));
}
