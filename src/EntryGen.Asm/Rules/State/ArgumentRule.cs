using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.State;

/// <summary>What the C functions that handle an event are given: pt_regs in RDI, the error code in RSI and no longer in pt_regs, and nothing of the user's in any other register.</summary>
internal sealed class ArgumentRule : StateRule
{
    private const int Rax = 0, Rsi = 6, Rdi = 7;
    private const ulong NoSystemCall = ulong.MaxValue;
    private static readonly string[] _names = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    // They take no argument.
    private static readonly HashSet<string> _withoutArgument = new(StringComparer.Ordinal) { "stackleak_erase", "stackleak_erase_off_task_stack", "stackleak_erase_on_task_stack" };

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.UserRegister, StateDiagnostics.Argument];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (Calls.FunctionOf(instruction) is not { } function || node.Scenario.Shape == EntryShape.Call)
        {
            return;
        }

        // What is saved can be cleared.
        if (node.Scenario.IsFromUser && (PtRegs.IsAt(cpu, cpu[Rdi]) || Calls.IsOnFrame(cpu)))
        {
            CheckRegisters(node, instruction, cpu, function, report);
        }

        if (!_withoutArgument.Contains(function) && !Calls.MovesFrame(function) && Calls.IsOnFrame(cpu))
        {
            CheckArguments(node, instruction, cpu, function, report);
        }
    }

    // RAX is left out: the number of a system call, which C code masks itself (array_index_nospec).
    private static void CheckRegisters(StateNode node, Instruction instruction, AbstractCpu cpu, string function, StateReport report)
    {
        for (var i = Rax + 1; i < _names.Length; i++)
        {
            if (i != AbstractState.Rsp && cpu[i].Origin.Kind == OriginKind.EntryRegister && cpu[i].KnownMask == 0)
            {
                report.Add(
                    StateDiagnostics.UserRegister, node, instruction, $"{function} starts with a value of the user's in %{_names[i]}, which speculation can use; clear it when it is saved.");
            }
        }
    }

    private static void CheckArguments(StateNode node, Instruction instruction, AbstractCpu cpu, string function, StateReport report)
    {
        if (cpu[Rdi] != cpu[AbstractState.Rsp])
        {
            report.Add(StateDiagnostics.Argument, node, instruction, $"{function} runs above pt_regs and does not get them in %rdi; copy %rsp there before.");
        }

        if (node.Scenario is { Shape: EntryShape.Syscall, IsCompatible: false } && KernelModel.TakesNumber(function) && KernelModel.IsWhole(report.Program)
            && cpu[Rsi].Origin is not { Kind: OriginKind.EntryRegister or OriginKind.SignExtendedRegister, Detail: Rax })
        {
            report.Add(StateDiagnostics.Argument, node, instruction, $"{function} does not get the number of the system call in %rsi; copy it from %eax before that is used for something else.");
        }

        if (node.Scenario.IsSystemCall || node.Scenario.IsFred)
        {
            return;
        }

        if (node.Scenario.HasErrorCode && cpu[Rsi].Origin != new ValueOrigin(OriginKind.EntryFrame, (int)FrameField.ErrorCode))
        {
            report.Add(StateDiagnostics.Argument, node, instruction, $"{function} does not get the error code in %rsi; load it from pt_regs->orig_ax.");
        }

        if (PtRegs.Word(cpu, cpu[AbstractState.Rsp], PtRegs.OriginalRax) is not { IsConstant: true, KnownBits: NoSystemCall })
        {
            report.Add(StateDiagnostics.Argument, node, instruction, $"pt_regs->orig_ax that {function} gets is not -1: a signal takes that for a system call to restart; store -1.");
        }
    }
}
