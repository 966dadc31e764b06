using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Which general registers are read before they are overwritten, as bit sets by encoding number.</summary>
/// <remarks>
/// Where control leaves the Program for what was interrupted, or for nobody knows where, every register is live. A C function reads its arguments, of which entry
/// code passes two, and preserves the callee-saved registers (System V ABI).
/// </remarks>
public sealed class RegisterLiveness
{
    private const int All = 0xFFFF;
    private const int Arguments = 1 << 7 | 1 << 6;
    private readonly int[] _before;

    private RegisterLiveness(FlowGraph graph)
    {
        var items = graph.Program.Items;
        _before = new int[items.Count];
        var pending = new Stack<CodeItem>(items);
        var isQueued = new bool[items.Count];
        for (var i = 0; i < isQueued.Length; i++)
        {
            isQueued[i] = true;
        }

        while (pending.Count > 0)
        {
            var item = pending.Pop();
            isQueued[item.Index] = false;
            var live = Leaves(graph, item) ? All : 0;
            foreach (var successor in graph.Successors(item))
            {
                live |= _before[successor.Index];
            }

            if (item is Instruction instruction)
            {
                var effects = RegisterEffects.Of(instruction);
                live = (live & ~effects.Overwritten) | effects.Read;
                if (IsExternalCall(graph, instruction))
                {
                    live = (live & ~PoisonFlow.CallerSaved) | effects.Read | Arguments;
                }
            }

            if (live == _before[item.Index])
            {
                continue;
            }

            _before[item.Index] = live;
            foreach (var predecessor in graph.Predecessors(item))
            {
                if (!isQueued[predecessor.Index])
                {
                    isQueued[predecessor.Index] = true;
                    pending.Push(predecessor);
                }
            }
        }
    }

    /// <summary>Analyzes a Program.</summary>
    public static RegisterLiveness Create(FlowGraph graph) => new(graph);

    /// <summary>Registers whose value before an item matters.</summary>
    public int LiveBefore(CodeItem item) => _before[item.Index];

    private static bool Leaves(FlowGraph graph, CodeItem item) =>
        graph.IsAddressTaken(item)
        || (item is Instruction instruction && instruction.Info.ControlFlow switch
        {
            ControlFlow.Sequential => instruction.Next is null,
            ControlFlow.ConditionalJump => instruction.Target?.Item is null || instruction.Next is null,
            ControlFlow.Jump => instruction.Target?.Item is null,
            ControlFlow.Call => false,
            _ => true,
        });

    private static bool IsExternalCall(FlowGraph graph, Instruction instruction) =>
        instruction.Info.ControlFlow == ControlFlow.Call && !graph.Calls.IsInternalCall(instruction)
        && (instruction.Target?.External is not { } function || !KernelSymbols.IsAssembly(function.Name));
}
