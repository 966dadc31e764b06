using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Rules.State;

/// <summary>The pt_regs that a C function gets holds the registers of what was interrupted, each in its slot (arch/x86/include/asm/ptrace.h).</summary>
internal sealed class FrameRule : StateRule
{
    private const int Rdi = 7, Rsi = 6;

    // Which register each slot stands for, from the lowest address.
    private static readonly (string Name, int Register)[] _slots =
    [
        ("r15", 15), ("r14", 14), ("r13", 13), ("r12", 12), ("bp", 5), ("bx", 3), ("r11", 11), ("r10", 10), ("r9", 9), ("r8", 8),
        ("ax", 0), ("cx", 1), ("dx", 2), ("si", 6), ("di", 7),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.FrameSlot];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (Calls.FunctionOf(instruction) is not { } function)
        {
            return;
        }

        var frame = cpu[Rdi] is { IsPointer: true, Stack: not null } first ? first : cpu[Rsi];
        if (frame.Stack is null || cpu.Memory.Load(frame.Add(AbstractValue.Constant(14 * 8)), 8) is null || !IsFrame(cpu, frame))
        {
            return;
        }

        for (var i = 0; i < _slots.Length; i++)
        {
            var (name, register) = _slots[i];
            var value = cpu.Memory.Load(frame.Add(AbstractValue.Constant((ulong)(8 * i))), 8) ?? AbstractValue.Unknown;
            if (value.Origin != new ValueOrigin(OriginKind.EntryRegister, register) && !MayDiffer(node, register))
            {
                report.Add(StateDiagnostics.FrameSlot, node, instruction, $"pt_regs->{name} that {function} gets is not the register of what was interrupted; save it before it is used for something else.");
            }
        }
    }

    // The entry code of system calls presets the slot of the return value, and 32-bit callers pass arguments in other registers.
    private static bool MayDiffer(StateNode node, int register) => node.Scenario.IsSystemCall && (register == 0 || node.Scenario.IsCompatible);

    // A complete frame ends with what the hardware pushed, or a system call's entry in its place.
    private static bool IsFrame(AbstractCpu cpu, AbstractValue frame) => frame.Offset <= -KernelModel.FrameSize
        && Enumerable.Range(16, 5).All(i => cpu.Memory.Load(frame.Add(AbstractValue.Constant((ulong)(8 * i))), 8) is not null)
        && cpu.Memory.Load(frame.Add(AbstractValue.Constant(0)), 8) is { Origin.Kind: OriginKind.EntryRegister };
}
