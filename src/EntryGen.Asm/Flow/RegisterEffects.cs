using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Which general registers one instruction reads and writes, as bit sets by encoding number.</summary>
/// <param name="Read">Registers whose value matters.</param>
/// <param name="Written">Registers that get a new value in at least one bit.</param>
/// <param name="Overwritten">Registers of which nothing of the old value remains: written in 32 or 64 bits, whatever happens.</param>
public readonly record struct RegisterEffects(int Read, int Written, int Overwritten)
{
    private const int Rax = 1 << 0, Rcx = 1 << 1, Rdx = 1 << 2;

    /// <summary>The effects of an instruction.</summary>
    public static RegisterEffects Of(Instruction instruction)
    {
        var info = instruction.Info;
        if (info.Op == Op.Nop)
        {
            return default;
        }

        var read = info.ImplicitReads;
        var written = info.ImplicitWrites;
        var kept = instruction.Width < 4 ? written & (Rax | Rdx) : 0;
        var operands = instruction.Operands;
        for (var i = 0; i < operands.Count; i++)
        {
            Add(operands[i], UseOf(instruction, i), ref read, ref written, ref kept);
        }

        if (instruction.Prefixes.HasFlag(InstructionPrefixes.Repeat) || instruction.Prefixes.HasFlag(InstructionPrefixes.RepeatNotEqual))
        {
            read |= Rcx;
            written |= Rcx;
        }

        // A double shift whose count is not written shifts by CL.
        if (info.Op is Op.Shld or Op.Shrd && operands.Count == 2)
        {
            read |= Rcx;
        }

        if (IsZeroing(instruction))
        {
            read &= ~written;
        }

        // CMOVcc, BSF and the like have read-write destinations in the table, so what may stay is in Read.
        var overwritten = written & ~kept;
        return new RegisterEffects(read, written, overwritten);
    }

    /// <summary>XOR or SUB of a register with itself: its result depends on nothing.</summary>
    public static bool IsZeroing(Instruction instruction) =>
        instruction.Info.Op is Op.Xor or Op.Sub
        && instruction.Operands is [RegisterOperand source, RegisterOperand destination]
        && source.Register == destination.Register;

    /// <summary>How an instruction uses one of its operands.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="operand">Index of the operand.</param>
    public static OperandUse UseOf(Instruction instruction, int operand)
    {
        // A row lists uses from the destination backwards; an operand without one is only read.
        var fromEnd = instruction.Operands.Count - 1 - operand;
        return fromEnd < instruction.Info.Uses.Count ? instruction.Info.Uses[fromEnd] : OperandUse.Read;
    }

    private static void Add(Operand operand, OperandUse use, ref int read, ref int written, ref int kept)
    {
        switch (operand)
        {
            case RegisterOperand { Register: { Class: RegisterClass.General } register }:
                var bit = 1 << register.Number;
                read |= (use & OperandUse.Read) != 0 ? bit : 0;
                if ((use & OperandUse.Write) != 0)
                {
                    written |= bit;
                    kept |= register.Width < 4 ? bit : 0;
                }

                break;
            case MemoryOperand memory:
                read |= BitOf(memory.Base) | BitOf(memory.Index);
                break;
            case IndirectOperand indirect:
                Add(indirect.Target, OperandUse.Read, ref read, ref written, ref kept);
                break;
        }
    }

    private static int BitOf(Register? register) => register is { Class: RegisterClass.General } ? 1 << register.Number : 0;
}
