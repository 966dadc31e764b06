using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.State;

/// <summary>The pt_regs that a C function gets are what was interrupted, each register in its slot, at the end of the stack where task_pt_regs() looks for them.</summary>
internal sealed class FrameRule : StateRule
{
    private const int Rdi = 7, Rsi = 6;

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
            if (value.Origin != new ValueOrigin(OriginKind.EntryRegister, register) && !MayDiffer(node, register))
            {
                report.Add(StateDiagnostics.FrameSlot, node, instruction, $"pt_regs->{name} that {function} gets is not the register of what was interrupted; save it before it is used for something else.");
            }
        }

        CheckHardware(node, instruction, cpu, frame, function, report);
        var end = node.Scenario.Shape == EntryShape.FredUser ? -FredSize : -PtRegs.Size;
        if (node.Scenario.IsFromUser && frame.Offset != end)
        {
            report.Add(
                StateDiagnostics.FramePlace, node, instruction, $"The pt_regs of user mode that {function} gets end {end - frame.Offset} bytes below the end of the stack; nothing may be pushed above them.");
        }
    }

    private static void CheckHardware(StateNode node, Instruction instruction, AbstractCpu cpu, AbstractValue frame, string function, StateReport report)
    {
        var expected = node.Scenario.Frame;
        if (node.Scenario.IsAtSpecialPlace)
        {
            return;
        }

        for (var i = 0; i < expected.Count; i++)
        {
            var value = PtRegs.Word(cpu, frame, PtRegs.Rip + i) ?? AbstractValue.Unknown;
            if (value.Origin != expected[i].Origin || value.Offset != expected[i].Offset || (expected[i].IsConstant && value != expected[i]))
            {
                report.Add(StateDiagnostics.FrameSlot, node, instruction, $"pt_regs->{PtRegs.Hardware[i]} that {function} gets is not what was interrupted; push the words of the frame in their order.");
                return;
            }
        }
    }

    // The entry code of system calls presets the slot of the return value, and 32-bit callers pass arguments in other registers.
    private static bool MayDiffer(StateNode node, int register) => node.Scenario.IsSystemCall && (register == 0 || node.Scenario.IsCompatible);
}
