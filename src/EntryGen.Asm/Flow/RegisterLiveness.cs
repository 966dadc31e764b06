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
        var after = graph.Program.Items.Select(item => Leaves(graph, item) ? All : 0).ToArray();
        DataFlow.Backward(graph, after, (item, _, live) => Before(graph, item, live), (left, right) => left | right);
        _before = [.. graph.Program.Items.Select(item => Before(graph, item, after[item.Index]))];
    }

    /// <summary>Analyzes a Program.</summary>
    public static RegisterLiveness Create(FlowGraph graph) => new(graph);

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

    private static bool IsCallOfC(FlowGraph graph, Instruction instruction) =>
        instruction.Info.ControlFlow == ControlFlow.Call && !graph.Calls.IsInternalCall(instruction)
        && (instruction.Target?.External is not { } function || !KernelSymbols.IsAssembly(function.Name));
}
