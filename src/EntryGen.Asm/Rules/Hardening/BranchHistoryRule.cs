using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>A system call, whose arguments user mode chooses, does not run with the branch history that user mode made (BHI).</summary>
internal sealed class BranchHistoryRule : HardeningRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.BranchHistory];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        if (Departures.CFunctionOf(point.Instruction) is { } function && !KernelModel.MovesFrame(function)
            && (point.Node.Scenario.IsSystemCall || KernelModel.WritesTo(function).Count > 0))
        {
            var instruction = point.Instruction;
            var cleared = point.Facts.BranchHistoryCleared;
            report.Add(
                HardeningDiagnostics.BranchHistory, point.Node, point.Instruction,
                $"{function} runs with the branch history of user mode; clear it (CLEAR_BRANCH_HISTORY) before, as the other system calls do.",
                point.MissingThoughUsed(cleared), fix: () => point.FixLikeElsewhere(cleared, instruction), path: () => point.PathWithout(cleared));
        }
    }
}
