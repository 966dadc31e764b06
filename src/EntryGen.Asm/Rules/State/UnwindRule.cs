using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>What unwinders rely on: RBP that names pt_regs by its odd value (ENCODE_FRAME_POINTER), and the return address of the function that runs.</summary>
internal sealed class UnwindRule : StateRule
{
    private const int Rbp = 5;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.FramePointer, StateDiagnostics.ReturnAddressLost];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        // A system call ends the stack: RBP is 0.
        var pointer = cpu[AbstractState.Rsp];
        if (report.HasFramePointers && node.Scenario is { IsSystemCall: false, Shape: not EntryShape.Call } && Calls.FunctionOf(instruction) is { } function
            && Calls.IsOnFrame(cpu) && cpu[Rbp] != pointer.Add(AbstractValue.Constant(1)))
        {
            report.Add(StateDiagnostics.FramePointer, node, instruction, $"RBP does not name the pt_regs that {function} runs above, and its unwinder walks past them; use ENCODE_FRAME_POINTER.");
        }

        // By its hints the unwinder finds the return address where CALL left it.
        if (instruction.Info.Op == Op.Mov && instruction.Operands is [RegisterOperand source, MemoryOperand memory] && instruction.Next is { } next
            && report.Program.Tables.UnwindHints.Count > 0 && !report.HasUnwindHint(next)
            && cpu.AddressOf(memory) is { Stack: not null } address && cpu.Memory.Load(address, 8) is { IsConstant: true } old
            && report.IsReturnAddress(old.KnownBits) && cpu[source.Register.Number] != old)
        {
            report.Add(
                StateDiagnostics.ReturnAddressLost,
                node,
                instruction,
                "The return address of this function is overwritten, and no unwind hint says where the stack's frame is from here on; add UNWIND_HINT_IRET_REGS or another.");
        }
    }
}
