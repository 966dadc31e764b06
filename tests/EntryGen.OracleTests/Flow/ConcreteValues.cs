using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;
using EntryGen.Emulation;
using EntryGen.Kernel;
using StackObject = EntryGen.Asm.Flow.States.StackObject;

namespace EntryGen.OracleTests.Flow;

/// <summary>What the origins of abstract values are in one run of the machine: taken when the entry's first instruction is about to run.</summary>
internal sealed class ConcreteValues
{
    private const ulong ArithmeticFlags = (ulong)StatusFlags.Arithmetic;
    private static readonly int[] _systemFlags =
    [
        AbstractFlags.TrapBit, AbstractFlags.InterruptBit, AbstractFlags.DirectionBit, AbstractFlags.NestedTaskBit, AbstractFlags.AlignmentCheckBit,
    ];

    private readonly KernelEnvironment _environment;
    private readonly ulong[] _registers = new ulong[16];
    private readonly Dictionary<ValueOrigin, ulong> _origins = [];

    public ConcreteValues(KernelEnvironment environment, bool hasErrorCode)
    {
        _environment = environment;
        for (var register = 0; register < _registers.Length; register++)
        {
            Set(OriginKind.EntryRegister, register, _registers[register] = Machine[(Reg)register]);
        }

        Set(OriginKind.EntryFlags, 0, Machine[Reg.Rflags]);
        Set(OriginKind.EntryCr3, 0, Machine[Reg.Cr3]);
        Set(OriginKind.UserGsBase, 0, environment.UserGsBase);
        Set(OriginKind.PerCpuBase, 0, Machine.PerCpuBase.Value);
        Set(StackObject.Thread, StackKind.Thread);
        Set(StackObject.Entry, StackKind.Entry);
        Set(StackObject.DoubleFault, StackKind.DoubleFault);
        Set(StackObject.Nmi, StackKind.Nmi);
        Set(StackObject.Debug, StackKind.Debug);
        Set(StackObject.MachineCheck, StackKind.MachineCheck);
        Set(StackObject.VmmCommunication, StackKind.VmmCommunication);
        var frame = Machine[Reg.Rsp];
        if (hasErrorCode)
        {
            Set(OriginKind.EntryFrame, (int)FrameField.ErrorCode, Machine.Peek<ulong>(new VirtualAddress(frame)));
            frame += 8;
        }

        foreach (var field in new[] { FrameField.Rip, FrameField.Cs, FrameField.Rflags, FrameField.Rsp, FrameField.Ss })
        {
            if (Machine.TryTranslate(new VirtualAddress(frame + (8 * (ulong)field)), out _))
            {
                Set(OriginKind.EntryFrame, (int)field, Machine.Peek<ulong>(new VirtualAddress(frame + (8 * (ulong)field))));
            }
        }
    }

    private Machine Machine => _environment.Machine;

    /// <summary>Why a state does not describe the machine as it is now, or null when it does.</summary>
    /// <param name="state">The state.</param>
    /// <param name="start">The state at the entry: its stack pointer tells where the stack is that was interrupted.</param>
    public string? Contradiction(AbstractState state, AbstractState start)
    {
        for (var register = 0; register < _registers.Length; register++)
        {
            if (!Describes(state.Registers[register], Machine[(Reg)register], start))
            {
                return $"{(Reg)register} {state.Registers[register]}";
            }
        }

        if (!Describes(state.Cr3, Machine[Reg.Cr3], start))
        {
            return $"CR3 {state.Cr3}";
        }

        if (!Describes(state.GsBase, Machine[Reg.GsBase], start) || !Describes(state.KernelGsBase, Machine[Reg.KernelGsBase], start))
        {
            return $"GS base {state.GsBase}, {state.KernelGsBase}";
        }

        return ContradictionOf(state.Flags) ?? ContradictionOf(state.Memory, start);
    }

    private string? ContradictionOf(AbstractFlags flags)
    {
        var value = Machine[Reg.Rflags];
        if (((value ^ (ulong)flags.Set) & (ulong)flags.Known & ArithmeticFlags) != 0)
        {
            return $"flags {flags.Set} of {flags.Known}";
        }

        foreach (var bit in _systemFlags)
        {
            if (flags.System.Bit(bit) is { } isSet && isSet != ((value >> bit & 1) != 0))
            {
                return $"RFLAGS bit {bit}";
            }
        }

        return null;
    }

    private string? ContradictionOf(AbstractMemory memory, AbstractState start)
    {
        foreach (var slot in memory.Slots)
        {
            if (OriginOf(slot.Object, start) is { } container
                && Machine.TryTranslate(new VirtualAddress(container + (ulong)slot.Offset), out _)
                && !Describes(slot.Value, Machine.Peek<ulong>(new VirtualAddress(container + (ulong)slot.Offset)), start))
            {
                return $"{(StackObject)slot.Object.Detail}{slot.Offset} {slot.Value}";
            }
        }

        return null;
    }

    private bool Describes(AbstractValue value, ulong actual, AbstractState start)
    {
        // Of a pushed RFLAGS the arithmetic bits mean nothing.
        var compared = value.Origin.Kind == OriginKind.EntryFlags ? ~ArithmeticFlags : ulong.MaxValue;
        return ((actual ^ value.KnownBits) & value.KnownMask) == 0
            && (OriginOf(value.Origin, start) is not { } origin || ((actual ^ (origin + (ulong)value.Offset)) & ~value.KnownMask & compared) == 0);
    }

    private ulong? OriginOf(ValueOrigin origin, AbstractState start)
    {
        // Where the hardware put the frame when it did not switch stacks is known by the stack pointer alone.
        var pointer = start.StackPointer;
        return origin == pointer.Origin && pointer.Stack is StackObject.Interrupted ? _registers[AbstractState.Rsp] - (ulong)pointer.Offset
            : _origins.TryGetValue(origin, out var value) ? value
            : null;
    }

    private void Set(OriginKind kind, int detail, ulong value) => _origins[new ValueOrigin(kind, detail)] = value;

    private void Set(StackObject stack, StackKind kind) => Set(OriginKind.StackTop, (int)stack, _environment.Layout.Stack(kind).Top.Value);
}
