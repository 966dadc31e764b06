using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.Facts;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>A safe return (SRSO) that an exception in the kernel interrupted is completed before the handler's returns take what it left in the predictor.</summary>
internal sealed class SafeReturnRule : HardeningRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.InterruptedSafeReturn];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        if (Departures.CFunctionOf(point.Instruction) is { } function && !KernelMitigations.IsOfSafeReturn(function))
        {
            var completed = point.Facts.SafeReturnCompleted;
            report.Add(
                HardeningDiagnostics.InterruptedSafeReturn, point.Node, point.Instruction,
                "A C function is called though the event may have interrupted a safe return; complete it (HANDLE_INTR_SAFERET) before, as other entries from the kernel do.",
                point.MissingThoughUsed(completed), path: () => point.PathWithout(completed));
        }
    }
}
