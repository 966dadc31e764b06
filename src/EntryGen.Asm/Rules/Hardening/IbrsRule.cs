using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>IBRS (Spectre v2, Retbleed on Intel) is on while the kernel's branches are predicted, and as before when the entry is left.</summary>
internal sealed class IbrsRule : HardeningRule
{
    private const int UserHalf = 12;
    private const string NotSaved = "What was interrupted gets another SPEC_CTRL than it had; write back the one that was saved (IBRS_EXIT save_reg=...).";

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } =
        [HardeningDiagnostics.IbrsOff, HardeningDiagnostics.IbrsNotPutBack, HardeningDiagnostics.IbrsWithUserCr3];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        var (instruction, facts) = (point.Instruction, point.Facts);
        if (Departures.IsPredicted(instruction))
        {
            var what = Departures.CFunctionOf(instruction) is { } function ? $"{function} runs" : instruction.Info.ControlFlow == ControlFlow.Return ? "A RET is executed" : "An indirect branch is taken";
            report.Add(
                HardeningDiagnostics.IbrsOff, point.Node, instruction,
                $"{what} while IBRS is off; turn it on (IBRS_ENTER) before the first RET of an entry, and off (IBRS_EXIT) behind the last.",
                point.MissingThoughUsed(facts.IbrsOn), path: () => point.PathWithout(facts.IbrsOn));
        }

        // Where a faulting IRET goes on is for C code to say.
        if (Returns.IsToUser(instruction, point.Cpu) is { } isToUser && (isToUser || !point.Node.Scenario.IsAtIretToUser))
        {
            report.Add(
                HardeningDiagnostics.IbrsNotPutBack, point.Node, instruction,
                isToUser ? "User mode is returned to with IBRS on, which slows it down; turn it off (IBRS_EXIT) before." : NotSaved,
                point.Missing(facts.IbrsPutBack), path: () => point.PathWithout(facts.IbrsPutBack));
            if (!isToUser)
            {
                report.Add(
                    HardeningDiagnostics.IbrsNotPutBack, point.Node, instruction, NotSaved,
                    point.Missing(facts.IbrsNotTurnedOff), path: () => point.PathWithout(facts.IbrsNotTurnedOff));
            }
        }

        if (point.Cpu.Cr3.Bit(UserHalf) == true && instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns && SpecCtrl.IsAccess(point.Cpu))
        {
            report.Add(
                HardeningDiagnostics.IbrsWithUserCr3, point.Node, instruction,
                "IBRS is switched while the user's CR3 is live, which does not map the variable that has its value; on the way in switch CR3 before, on the way out after.",
                report.PageTableIsolation);
        }
    }
}
