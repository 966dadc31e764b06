using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Which general registers are read before they are overwritten, as bit sets by encoding number.</summary>
/// <remarks>
/// Where control leaves the Program for what was interrupted, or for nobody knows where, every register is live; a return to a place behind a call leaves
/// live what is read there. Nobody is meant to run into a trap (INT3 behind a call that does not return). A C function reads its arguments, of which entry
/// code passes two, and preserves the callee-saved registers (System V ABI). Counting the rounds of a loop is no use by itself: a counter that nothing else
/// reads is not live, and the states of all rounds are one.
/// </remarks>
public sealed class RegisterLiveness
{
    // The low bytes of the registers, and above them the rest of each: "mov $1,%al; shl $63,%rax" needs nothing of what was in RAX.
    private const int All = -1, Registers = 0xFFFF, Count = 16;
    private const int ShiftedOut = 64 - 8;
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
    public int LiveBefore(CodeItem item) => (_before[item.Index] | _before[item.Index] >> Count) & Registers;

    private static int Before(FlowGraph graph, CodeItem item, int after)
    {
        if (item is not Instruction instruction)
        {
            return after;
        }

        if (LoopCounters.IsCount(instruction))
        {
            return after;
        }

        var effects = RegisterEffects.Of(instruction);
        return IsCallOfC(graph, instruction) ? (after & ~Whole(PoisonFlow.CallerSaved)) | Whole(effects.Read | Arguments)
            : LowByteMoved(instruction) is { } low ? (after & ~low) | Whole(effects.Read)
            : ShiftedToTop(instruction) is { } bit ? (after & Whole(bit)) != 0 ? (after & ~Whole(bit)) | bit : after
            : (after & ~Whole(effects.Overwritten)) | Whole(effects.Read);
    }

    private static int Whole(int registers) => registers | registers << Count;

    private static int? LowByteMoved(Instruction instruction) =>
        instruction is { Info.Op: Op.Mov, Operands: [_, RegisterOperand { Register: { Class: RegisterClass.General, Width: 1, HighByte: false } register }] } ? 1 << register.Number : null;

    // Nothing but the low byte is left.
    private static int? ShiftedToTop(Instruction instruction) =>
        instruction is { Info.Op: Op.Shl, Width: 8, Operands: [ImmediateOperand { Symbol: null, Value: >= ShiftedOut and < 64 }, RegisterOperand { Register: { Class: RegisterClass.General } register }] }
            ? 1 << register.Number : null;

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
            else if (item is not Instruction last || (graph.Calls.ReturnTargets(last).Count == 0 && !IsCallOfNoReturn(last)))
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

    private static bool IsCallOfNoReturn(Instruction instruction) =>
        instruction.Info.ControlFlow == ControlFlow.Call && instruction.Target?.External is { } function && KernelSymbols.IsNoReturn(function.Name);

    private static bool Leaves(FlowGraph graph, bool[] outer, CodeItem item) =>
        graph.IsAddressTaken(item)
        || (item is Instruction instruction && instruction.Info.ControlFlow switch
        {
            ControlFlow.Sequential => instruction.Next is null,
            ControlFlow.ConditionalJump => instruction.Target?.Item is null || instruction.Next is null,
            ControlFlow.Jump when !IsTailCallOfC(instruction) => instruction.Target?.Item is null,
            ControlFlow.Call or ControlFlow.Trap => false,
            ControlFlow.Jump or ControlFlow.Return => outer[instruction.Index] || graph.Calls.ReturnTargets(instruction).Count == 0,
            _ => true,
        });

    private static bool IsCallOfC(FlowGraph graph, Instruction instruction) =>
        IsTailCallOfC(instruction)
        || (instruction.Info.ControlFlow == ControlFlow.Call && !graph.Calls.IsInternalCall(instruction)
            && (instruction.Target?.External is not { } function || !KernelSymbols.IsAssembly(function.Name)));

    private static bool IsTailCallOfC(Instruction instruction) =>
        instruction.Info.ControlFlow == ControlFlow.Jump && instruction.Target?.External is { } function && !KernelSymbols.IsAssembly(function.Name);
}
