using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>With call depth tracking every RET has a call that was counted: one that was not takes the count of another, and the return stack buffer underflows (Retbleed on Skylake).</summary>
internal sealed class CallDepthRule : HardeningRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.CallDepth];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        if (point.Instruction is { Info.ControlFlow: ControlFlow.Return } instruction)
        {
            var counted = point.Facts.CallCounted;
            report.Add(
                HardeningDiagnostics.CallDepth, point.Node, point.Instruction,
                "This RET is counted and the call that it returns from is not, so that the return stack buffer runs empty unnoticed; count the call (CALL_DEPTH_ACCOUNT) or reset the depth before.",
                point.MissingThoughUsed(counted), fix: () => point.FixLikeElsewhere(counted, instruction), path: () => point.PathWithout(counted));
        }
    }
}
