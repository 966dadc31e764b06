using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Forgets what no path reads any more, so that states that differ in nothing else are one.</summary>
internal sealed class DeadValues(FlowGraph graph)
{
    // What lies just below RSP was popped a moment ago and is still looked at by code that tests the stack (asm_exc_nmi).
    private const long RedZone = 16;
    private readonly RegisterLiveness _registers = RegisterLiveness.Create(graph);
    private readonly FlagLiveness _flags = FlagLiveness.Inside(graph);

    /// <summary>A state without what is dead before an item.</summary>
    public AbstractState Forget(CodeItem item, AbstractState state)
    {
        var dead = ~_registers.LiveBefore(item) & 0xFFFF & ~(1 << AbstractState.Rsp);
        var registers = state.CopyRegisters();
        for (var i = 0; i < registers.Length; i++)
        {
            // A value of the user's in a register that nobody reads is still there when C code runs: that is a question of its own.
            if ((dead >> i & 1) != 0 && registers[i].Origin.Kind != OriginKind.EntryRegister)
            {
                registers[i] = AbstractValue.Unknown;
            }
        }

        return new AbstractState(registers)
        {
            Cr3 = state.Cr3,
            GsBase = state.GsBase,
            KernelGsBase = state.KernelGsBase,
            Flags = state.Flags.Forget(StatusFlags.Arithmetic & ~_flags.LiveBefore(item)),
            Memory = Forget(state.Memory, registers),
        };
    }

    // Below the stack pointer lies nothing, and a stack that no value points into is entered at its end again.
    private static AbstractMemory Forget(AbstractMemory memory, AbstractValue[] registers)
    {
        var pointer = registers[AbstractState.Rsp];
        return memory.Where(slot =>
            slot.Object.Kind != OriginKind.StackTop
            || (slot.Object == pointer.Origin ? !pointer.IsPointer || slot.Offset >= pointer.Offset - RedZone : IsPointedTo(slot.Object, memory, registers)));
    }

    private static bool IsPointedTo(ValueOrigin stack, AbstractMemory memory, AbstractValue[] registers)
    {
        foreach (var register in registers)
        {
            if (register.Origin == stack)
            {
                return true;
            }
        }

        foreach (var slot in memory.Slots)
        {
            if (slot.Value.Origin == stack && slot.Object != stack)
            {
                return true;
            }
        }

        return false;
    }
}
