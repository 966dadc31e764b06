using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.State;

/// <summary>The pt_regs that a C function gets are what was interrupted, each register in its slot, at the end of the stack where task_pt_regs() looks for them.</summary>
internal sealed class FrameRule : StateRule
{
    private const int Rax = 0, Rcx = 1, Rbp = 5, Rsi = 6, Rdi = 7, R8 = 8;

    // Behind pt_regs a FRED frame has two words more.
    private const long FredSize = PtRegs.Size + (2 * 8);

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.FrameSlot, StateDiagnostics.FramePlace];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (Calls.FunctionOf(instruction) is not { } function)
        {
            return;
        }

        var frame = cpu[Rdi] is { IsPointer: true, Stack: not null } first ? first : cpu[Rsi];
        if (!PtRegs.IsAt(cpu, frame) || node.Scenario.Shape == EntryShape.Call)
        {
            return;
        }

        for (var i = 0; i < PtRegs.Registers.Count; i++)
        {
            var (name, register) = PtRegs.Registers[i];
            var value = PtRegs.Word(cpu, frame, i) ?? AbstractValue.Unknown;
            if (value.Origin != new ValueOrigin(OriginKind.EntryRegister, register) && !MayDiffer(node, register, value))
            {
                report.Add(StateDiagnostics.FrameSlot, node, instruction, $"pt_regs->{name} that {function} gets is not the register of what was interrupted; save it before it is used for something else.");
            }
        }

        CheckNumber(node, instruction, cpu, frame, function, report);
        CheckHardware(node, instruction, cpu, frame, function, report);
        var end = node.Scenario.Shape == EntryShape.FredUser ? -FredSize : -PtRegs.Size;
        if (node.Scenario.IsFromUser && frame.Offset != end)
        {
            report.Add(
                StateDiagnostics.FramePlace, node, instruction, $"The pt_regs of user mode that {function} gets end {end - frame.Offset} bytes below the end of the stack; nothing may be pushed above them.");
        }
    }

    // What a system call is known by when it is restarted or traced.
    private static void CheckNumber(StateNode node, Instruction instruction, AbstractCpu cpu, AbstractValue frame, string function, StateReport report)
    {
        var number = PtRegs.Word(cpu, frame, PtRegs.OriginalRax) ?? AbstractValue.Unknown;
        if (node.Scenario is { IsSystemCall: true, IsFred: false } && number.Origin != new ValueOrigin(OriginKind.EntryRegister, Rax) && KernelModel.WritesTo(function).Count > 0
            && !IsVector(node.Scenario))
        {
            report.Add(StateDiagnostics.FrameSlot, node, instruction, $"pt_regs->orig_ax that {function} gets is not the number of the system call; push %rax there.");
        }
    }

    // INT 0x80 that is handled like an exception has -1 there, and its C code takes the number from pt_regs->ax.
    private static bool IsVector(Scenario scenario) => scenario.Shape == EntryShape.SoftwareInterrupt;

    private static void CheckHardware(StateNode node, Instruction instruction, AbstractCpu cpu, AbstractValue frame, string function, StateReport report)
    {
        var expected = node.Scenario.Frame;
        if (node.Scenario.SpecialPlace == KernelModel.IretToUserTruncated && PtRegs.Word(cpu, frame, PtRegs.Rip) is { } rip && node.Scenario.IsInterruptedAt(rip))
        {
            report.Add(StateDiagnostics.FrameSlot, node, instruction, $"pt_regs->ip that {function} gets is without its upper half, as some processors report it for a fault on IRET; store the whole address.");
        }

        if (node.Scenario.IsAtSpecialPlace)
        {
            return;
        }

        for (var i = 0; i < expected.Count; i++)
        {
            var value = PtRegs.Word(cpu, frame, PtRegs.Rip + i) ?? AbstractValue.Unknown;
            if (expected[i] == AbstractValue.Unknown)
            {
                continue;
            }

            if (value.Origin != expected[i].Origin || value.Offset != expected[i].Offset || (expected[i].IsConstant && value != expected[i]))
            {
                report.Add(StateDiagnostics.FrameSlot, node, instruction, $"pt_regs->{PtRegs.Hardware[i]} that {function} gets is not what was interrupted; push the words of the frame in their order.");
                return;
            }
        }
    }

    // The entry code of system calls presets the slot of the return value. The fast calls of 32-bit code have their second argument in EBP, because SYSCALL takes ECX, and R8 is
    // none of its registers: the entry code has RSP there.
    private static bool MayDiffer(StateNode node, int register, AbstractValue value) =>
        node.Scenario.IsSystemCall
        && (register == Rax
            || (node.Scenario.IsCompatible && (register is Rbp or >= R8 || (register == Rcx && value.Origin == new ValueOrigin(OriginKind.EntryRegister, Rbp)))));
}
