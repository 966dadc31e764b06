using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Forgets what no path reads any more, so that states that differ in nothing else are one.</summary>
internal sealed class DeadValues
{
    private const int Rbp = 5;

    // What lies just below RSP was popped a moment ago and is still looked at by code that tests the stack (asm_exc_nmi).
    private const long RedZone = 16;

    // A nested NMI leaves its result below its stack pointer.
    private const long NmiRedZone = NmiStack.HardwareFrame - NmiStack.OutermostFrame;
    private const int Gs = 5;

    // What is asked about AC is a fact (FlagFact), and nothing is asked about IF. In a state a CLAC that depends on a feature would tell everything behind it apart.
    private const StatusFlags NotAskedFor = StatusFlags.AC | StatusFlags.IF;
    private readonly RegisterLiveness _registers;
    private readonly FlagLiveness _flags;
    private readonly HashSet<long>? _readPerCpu;

    /// <summary>Prepares a Program.</summary>
    /// <param name="graph">Its control flow.</param>
    /// <param name="starts">Where control comes in.</param>
    /// <param name="cancellation">Ends it.</param>
    public DeadValues(FlowGraph graph, IEnumerable<CodeItem> starts, CancellationToken cancellation)
    {
        _registers = RegisterLiveness.Create(graph, starts, cancellation);
        _flags = FlagLiveness.Inside(graph, cancellation);
        _readPerCpu = FindReadPerCpu(graph.Program, _flags);
    }

    /// <summary>A state without what is dead before an item; the same object when nothing is.</summary>
    public AbstractState Forget(CodeItem item, AbstractState state)
    {
        var dead = ~_registers.LiveBefore(item) & 0xFFFF & ~(1 << AbstractState.Rsp);
        AbstractValue[]? registers = null;
        for (var i = 0; dead >> i != 0; i++)
        {
            // A value of the user's in a register that nobody reads is still there when C code runs: that is a question of its own. So is what an unwinder makes of RBP.
            if ((dead >> i & 1) != 0 && state.Registers[i] is var value && value.Origin.Kind != OriginKind.EntryRegister && value != AbstractValue.Unknown
                && !(i == Rbp && value.Stack is not null))
            {
                (registers ??= state.CopyRegisters())[i] = AbstractValue.Unknown;
            }
        }

        var flags = state.Flags.Forget(StatusFlags.Arithmetic & ~_flags.LiveBefore(item)).ForgetSystem(NotAskedFor & ~_flags.LiveBefore(item));
        var memory = Forget(state.Memory, registers ?? state.Registers);
        return registers is null && flags == state.Flags && ReferenceEquals(memory, state.Memory)
            ? state
            : state.With(registers, flags, memory);
    }

    // Below the stack pointer lies nothing, a stack that no value points into is entered at its end again, and what nobody loads need not be known.
    private AbstractMemory Forget(AbstractMemory memory, IReadOnlyList<AbstractValue> registers)
    {
        var pointer = registers[AbstractState.Rsp];
        var redZone = pointer.Stack == StackObject.Nmi ? NmiRedZone : RedZone;
        return memory.Where(slot => slot.Object.Kind switch
        {
            OriginKind.StackTop when slot.Object == pointer.Origin => !pointer.IsPointer || slot.Offset >= pointer.Offset - redZone,
            OriginKind.StackTop => IsPointedTo(slot.Object, memory, registers),
            OriginKind.PerCpuBase => _readPerCpu?.Contains(slot.Offset & ~7L) != false,
            _ => true,
        });
    }

    private static bool IsPointedTo(ValueOrigin stack, AbstractMemory memory, IReadOnlyList<AbstractValue> registers)
    {
        for (var i = 0; i < registers.Count; i++)
        {
            if (registers[i].Origin == stack)
            {
                return true;
            }
        }

        for (var i = 0; i < memory.Slots.Count; i++)
        {
            if (memory.Slots[i].Value.Origin == stack && memory.Slots[i].Object != stack)
            {
                return true;
            }
        }

        return false;
    }

    // The per-CPU words of which some instruction uses the value; null when one reads a word that it computes. What is only counted up and down (call depths) is not used.
    private static HashSet<long>? FindReadPerCpu(Program program, FlagLiveness flags)
    {
        var read = new HashSet<long>();
        foreach (var instruction in program.Items.OfType<Instruction>())
        {
            for (var i = 0; i < instruction.Operands.Count; i++)
            {
                if ((instruction.Operands[i] is IndirectOperand indirect ? indirect.Target : instruction.Operands[i]) is not MemoryOperand { Segment.Number: Gs } operand
                    || (i == instruction.Operands.Count - 1 && IsOnlyChanged(instruction, flags)))
                {
                    continue;
                }

                if (operand.Index is not null || operand.Base is { Class: RegisterClass.General })
                {
                    return null;
                }

                var word = (operand.Displacement + (long)(operand.Symbol?.Address ?? 0)) & ~7L;
                read.Add(word);
                read.Add(word + 8);
            }
        }

        return read;
    }

    private static bool IsOnlyChanged(Instruction instruction, FlagLiveness flags) => instruction.Info.Op switch
    {
        Op.Mov => true,
        Op.Add or Op.Sub or Op.Inc or Op.Dec or Op.Shl or Op.Shr or Op.Sar => flags.Needed(instruction) == StatusFlags.None,
        _ => false,
    };
}
