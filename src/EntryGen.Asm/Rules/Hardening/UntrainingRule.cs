using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>Returns are not predicted as user mode trained them (Retbleed, SRSO), and what sees to that can be reached.</summary>
internal sealed class UntrainingRule : HardeningRule
{
    private const int UserHalf = 12;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [HardeningDiagnostics.TrainedReturn, HardeningDiagnostics.UnmappedText];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        var (instruction, untrained) = (point.Instruction, point.Facts.Untrained);
        if (Departures.IsPredicted(instruction))
        {
            var what = Departures.CFunctionOf(instruction) is { } function ? $"{function} is called" : instruction.Info.ControlFlow == ControlFlow.Return ? "A RET is executed" : "An indirect branch is taken";
            report.Add(
                HardeningDiagnostics.TrainedReturn, point.Node, instruction,
                $"{what} before the return predictor is untrained, with predictions that user mode made; untrain (UNTRAIN_RET) before the first RET of an entry.",
                point.MissingThoughUsed(untrained), path: () => point.PathWithout(untrained));
        }

        if (point.Cpu.Cr3.Bit(UserHalf) == true && UnmappedTarget(instruction) is { } name)
        {
            report.Add(
                HardeningDiagnostics.UnmappedText, point.Node, instruction,
                $"{name} lies outside of the entry text and is not mapped while the user's CR3 is live; switch CR3 before.", report.PageTableIsolation);
        }
    }

    private static string? UnmappedTarget(Instruction instruction) =>
        instruction.Thunk is { } thunk ? thunk
        : instruction.Info.ControlFlow is not (ControlFlow.Call or ControlFlow.Jump) ? null
        : instruction.Target switch
        {
            { Item: { Section: { UserMapped: false } section } } when instruction.Section.UserMapped => $"Code in {section.Name}",
            { External.Name: var name } when KernelMitigations.IsOutsideEntryText(name) => name,
            _ => null,
        };
}
