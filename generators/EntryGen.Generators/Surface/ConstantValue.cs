namespace EntryGen.Surface;

/// <summary>C# constants as the assembler sees them.</summary>
internal static class ConstantValue
{
    /// <summary>The 64 bits of an integer, a character, an enum member or a truth value; null for anything else.</summary>
    public static long? AsInteger(object? value) => value switch
    {
        long number => number,
        ulong number => unchecked((long)number),
        int number => number,
        uint number => number,
        short number => number,
        ushort number => number,
        byte number => number,
        sbyte number => number,
        char character => character,
        bool truth => truth ? 1 : 0,
        _ => null,
    };
}
