using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>User mode finds nothing of the kernel's in the CPU's buffers (MDS, RFDS, TSA): VERW has run, and nothing was touched since.</summary>
internal sealed class BuffersRule : HardeningRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.BuffersNotCleared];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        if (point.Instruction is { Info.Op: Op.Verw, Operands: not [MemoryOperand] })
        {
            report.Add(
                HardeningDiagnostics.BuffersNotCleared, point.Node, point.Instruction,
                "VERW with a register operand does not clear the CPU's buffers; give it a memory operand (x86_verw_sel).");
        }

        // A double fault of user mode ends the task: what stands behind the call of its handler is for the fixup of espfix alone.
        if (Returns.IsToUser(point.Instruction, point.Cpu) != true || point.Node.Scenario.State.StackPointer.Stack == StackObject.DoubleFault)
        {
            return;
        }

        var instruction = point.Instruction;
        var missing = point.MissingThoughUsed(point.Facts.BuffersCleared);
        var never = point.Missing(point.Facts.BuffersClearedOnce);
        report.Add(
            HardeningDiagnostics.BuffersNotCleared, point.Node, point.Instruction,
            "User mode is returned to without VERW; clear the CPU's buffers (CLEAR_CPU_BUFFERS) right before.",
            missing.And(never), fix: () => point.FixLikeElsewhere(point.Facts.BuffersCleared, instruction), path: () => point.PathWithout(point.Facts.BuffersClearedOnce));
        report.Add(
            HardeningDiagnostics.BuffersNotCleared, point.Node, point.Instruction,
            "VERW runs too early: memory is accessed after it, before user mode is returned to; clear the CPU's buffers (CLEAR_CPU_BUFFERS) behind the last access.",
            missing.Except(never), path: () => point.PathWithout(point.Facts.BuffersCleared));
    }
}
