using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Rules.Fixes;

namespace EntryGen.Asm.Rules.State;

/// <summary>What C code relies on when it is called: its page tables, its per-CPU variables, DF clear (System V ABI), its stack.</summary>
internal sealed class CCallRule : StateRule
{
    // They move pt_regs from the entry stack to the task's stack, or do what can only be done while that is not in use.
    private static readonly HashSet<string> _mayRunOnEntryStack = new(StringComparer.Ordinal)
    {
        "sync_regs", "fixup_bad_iret", "handle_interrupted_saferet", "stackleak_erase", "stackleak_erase_off_task_stack",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } =
    [
        StateDiagnostics.CWithUserCr3, StateDiagnostics.CWithUserGs, StateDiagnostics.CWithDirectionFlag, StateDiagnostics.CStack, StateDiagnostics.UserOnIst,
    ];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (Calls.FunctionOf(instruction) is not { } function)
        {
            return;
        }

        if (cpu.Cr3.Bit(Cr3Bits.UserHalf) == true)
        {
            report.Add(StateDiagnostics.CWithUserCr3, node, instruction, $"{function} is called while the user's CR3 is live; switch to the kernel's before.");
        }

        if (cpu.GsBase.Origin.Kind == OriginKind.UserGsBase)
        {
            report.Add(StateDiagnostics.CWithUserGs, node, instruction, $"{function} is called with the user's GS base; SWAPGS must come before.");
        }

        if (cpu.Flags.System.Bit(AbstractFlags.DirectionBit) != false)
        {
            report.Add(
                StateDiagnostics.CWithDirectionFlag,
                node,
                instruction,
                $"{function} is called while DF may be set, as user mode left it; CLD must come before.",
                fix: () => InstructionFixes.AddBefore(instruction, "cld"));
        }

        if (cpu[AbstractState.Rsp].Stack == StackObject.Entry && !_mayRunOnEntryStack.Contains(function))
        {
            report.Add(StateDiagnostics.CStack, node, instruction, $"{function} runs on the per-CPU entry stack, which the next entry from user mode overwrites; switch to the task's stack before.");
        }

        // A #VC in its own handler overwrites the frame: nothing but the way to another stack runs on it.
        if (!node.Scenario.IsFromUser && cpu[AbstractState.Rsp].Stack == StackObject.VmmCommunication && !Calls.MovesFrame(function)
            && !_mayRunOnEntryStack.Contains(function) && report.Program.Externals.Any(symbol => symbol.Name == KernelModel.SwitchesStack))
        {
            report.Add(StateDiagnostics.UserOnIst, node, instruction, $"{function} runs on the IST stack of #VC: the same event in it overwrites the frame; go on where {KernelModel.SwitchesStack} says.");
        }

        // #DF never returns to user mode, so it has no other stack.
        if (node.Scenario.IsFromUser && !_mayRunOnEntryStack.Contains(function)
            && (cpu[AbstractState.Rsp].Stack is StackObject.Debug or StackObject.MachineCheck or StackObject.VmmCommunication
                || (cpu[AbstractState.Rsp].Stack == StackObject.Nmi && report.HandlesNestedNmis)))
        {
            report.Add(StateDiagnostics.UserOnIst, node, instruction, $"{function} runs on an IST stack though user mode was interrupted: the same event in it overwrites the frame; switch to the task's stack before.");
        }
    }
}
