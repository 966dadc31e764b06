namespace EntryGen.Asm.Instructions;

/// <summary>What an instruction leaves undefined (SDM vol. 2, "Flags affected"). Of shifts and rotates the count decides.</summary>
public static class UndefinedFlags
{
    /// <summary>Whether the flags that an operation leaves undefined depend on its count.</summary>
    public static bool DependOnCount(Op op) => op is >= Op.Shl and <= Op.Shrd;

    /// <summary>The flags that may have any value afterwards.</summary>
    /// <param name="info">The operation's row.</param>
    /// <param name="width">Operand width in bytes.</param>
    /// <param name="count">Of a shift or rotate the count as given; only its low 5 bits (6 for 64-bit operands) are looked at.</param>
    public static StatusFlags After(InstructionInfo info, int width, int count)
    {
        if (!DependOnCount(info.Op))
        {
            return info.FlagsUndefined;
        }

        count = Masked(width, count);
        return count == 0 ? StatusFlags.None
            : IsResultUndefined(info.Op, width, count) ? StatusFlags.Arithmetic
            : (count == 1 ? info.FlagsUndefined & ~StatusFlags.OF : info.FlagsUndefined)
                | (info.Op is Op.Shl or Op.Shr && count >= 8 * width ? StatusFlags.CF : StatusFlags.None);
    }

    /// <summary>Whether a double shift by this count leaves its result undefined too: 16-bit operands only.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="width">Operand width in bytes.</param>
    /// <param name="count">The count as given.</param>
    public static bool IsResultUndefined(Op op, int width, int count) => op is Op.Shld or Op.Shrd && Masked(width, count) > 8 * width;

    private static int Masked(int width, int count) => count & (width == 8 ? 63 : 31);
}
