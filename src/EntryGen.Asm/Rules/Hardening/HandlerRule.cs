using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>An entry calls the C function that handles its event before it returns, as the other entries of the unit do.</summary>
internal sealed class HandlerRule : HardeningRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.NoHandler];

    /// <inheritdoc/>
    public override void Before(FactPoint point, StateReport report)
    {
        // The kernel handles a fault on its own special places by going on elsewhere.
        var scenario = point.Node.Scenario;
        if (Returns.IsToUser(point.Instruction, point.Cpu) is null || scenario.IsAtSpecialPlace || IsLeftToAnother(scenario, point.Cpu, report)
            || !(scenario.IsSystemCall || scenario.Shape is EntryShape.Exception or EntryShape.Interrupt or EntryShape.Nmi or EntryShape.Paranoid))
        {
            return;
        }

        var called = point.Facts.HandlerCalled;
        report.Add(
            StateDiagnostics.NoHandler, point.Node, point.Instruction,
            $"{scenario.Symbol} returns and no C function has handled its event, as one does elsewhere; call it before.",
            HasBegun(point) ? point.MissingThoughUsed(called) : report.Space.Nothing, path: () => point.PathWithout(called));
    }

    // An NMI that hits another one, or cannot be told from one, leaves it to that one, by the frame that the hardware pushed.
    private static bool IsLeftToAnother(Scenario scenario, AbstractCpu cpu, StateReport report) =>
        scenario is { Shape: EntryShape.Nmi, IsFromUser: false } && report.HandlesNestedNmis && cpu[AbstractState.Rsp] != NmiStack.At(NmiStack.IretFrame);

    // What returns at once refuses the event (entry_SYSCALL32_ignore).
    private static bool HasBegun(FactPoint point)
    {
        for (var node = point.Node; node is not null; node = node.Parent)
        {
            for (var instruction = node.Item as Instruction; instruction is not null; instruction = instruction.Info.ControlFlow == ControlFlow.Sequential ? instruction.Next as Instruction : null)
            {
                if (instruction.Info.Op is Op.Push or Op.Swapgs)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
