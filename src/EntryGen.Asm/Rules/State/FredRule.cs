using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using EntryGen.Asm.Rules.Fixes;

namespace EntryGen.Asm.Rules.State;

/// <summary>ERETU returns to user mode and faults on a frame of the kernel; ERETS the other way round (FRED specification, 6).</summary>
internal sealed class FredRule : StateRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.FredReturn];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op is Op.Eretu or Op.Erets && PtRegs.Word(cpu, cpu[AbstractState.Rsp], 1 + (int)FrameField.Cs)?.Bit(0) is { } isUser
            && isUser != (instruction.Info.Op == Op.Eretu))
        {
            report.Add(
                StateDiagnostics.FredReturn,
                node,
                instruction,
                isUser ? "ERETS returns to the kernel, and the frame is one of user mode; use ERETU." : "ERETU returns to user mode, and the frame is one of the kernel; use ERETS.",
                fix: () => instruction.Statement is { Kind: StatementKind.Instruction, Frame: null } ? InstructionFixes.Replace(instruction, isUser ? "eretu" : "erets") : null);
        }
    }
}
