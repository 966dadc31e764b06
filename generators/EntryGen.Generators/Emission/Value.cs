using System.Globalization;

namespace EntryGen.Generators.Emission;

/// <summary>A 64-bit unsigned value in the generated text: a C# expression of type <c>ulong</c>, with what is known about it.</summary>
/// <remarks>Values narrower than 64 bits are zero-extended, always. Interpolating a value gives text that can stand as an operand.</remarks>
internal readonly record struct Value
{
    private readonly string? _core;
    private readonly bool _isAtom;

    private Value(string? core, bool isAtom, long addend, ulong? constant, int width, Origin? origin, bool isStable)
    {
        _core = core;
        _isAtom = isAtom;
        Addend = addend;
        Constant = constant;
        Width = width;
        Origin = origin;
        IsStable = isStable;
    }

    /// <summary>The value when it is known.</summary>
    public ulong? Constant { get; }

    /// <summary>Bytes that can be other than zero: 1, 2, 4 or 8.</summary>
    public int Width { get; }

    /// <summary>What the value is a constant away from, if it is known to be.</summary>
    public Origin? Origin { get; }

    /// <summary>Whether the text keeps its value whatever is assigned later: a constant or a temporary.</summary>
    public bool IsStable { get; }

    private long Addend { get; }

    /// <summary>A number.</summary>
    public static Value Of(ulong constant) => new(null, true, 0, constant, WidthOf(constant), null, true);

    /// <summary>An expression.</summary>
    public static Value Of(string expression, int width = 8) => new(expression, false, 0, null, width, null, false);

    /// <summary>A variable or another expression that needs no parentheses.</summary>
    public static Value Atom(string name, int width = 8, Origin? origin = null, bool isStable = false) => new(name, true, 0, null, width, origin, isStable);

    /// <summary>This value and a constant; the sum is one term in the text.</summary>
    public Value Plus(long constant)
    {
        if (Constant is { } known)
        {
            return Of(unchecked(known + (ulong)constant));
        }

        return constant == 0 ? this : new(_isAtom ? _core : $"({_core})", true, Addend + constant, null, 8, Origin?.Plus(constant), false);
    }

    /// <summary>The low <paramref name="width"/> bytes.</summary>
    public Value Truncate(int width)
    {
        if (width >= Width)
        {
            return this;
        }

        if (Constant is { } known)
        {
            return Of(known & Mask(width));
        }

        var type = width switch { 1 => "byte", 2 => "ushort", _ => "uint" };
        return Of($"(ulong)({type}){this}", width);
    }

    /// <summary>The text without parentheses around it.</summary>
    public string Bare
    {
        get
        {
            if (Constant is { } known)
            {
                return Number(known);
            }

            return Addend switch
            {
                0 => _core!,
                > 0 => $"{_core} + {Distance(Addend)}",
                _ => $"{_core} - {Distance(-Addend)}",
            };
        }
    }

    /// <summary>The text as an operand.</summary>
    public override string ToString() => Constant is not null || (_isAtom && Addend == 0) ? Bare : $"({Bare})";

    /// <summary>The lowest <paramref name="width"/> bytes set.</summary>
    public static ulong Mask(int width) => width == 8 ? ulong.MaxValue : (1UL << (8 * width)) - 1;

    /// <summary>The sign bit of a width.</summary>
    public static ulong Sign(int width) => 1UL << (8 * width - 1);

    /// <summary>A literal of type <c>ulong</c>.</summary>
    public static string Number(ulong value) => value < 10
        ? value.ToString(CultureInfo.InvariantCulture) + "UL"
        : "0x" + value.ToString("x", CultureInfo.InvariantCulture) + "UL";

    private static string Distance(long value) => value < 4096 && value >= 0
        ? value.ToString(CultureInfo.InvariantCulture)
        : Number((ulong)value);

    private static int WidthOf(ulong value) => value <= Mask(1) ? 1 : value <= Mask(2) ? 2 : value <= Mask(4) ? 4 : 8;
}

/// <summary>An unknown value and a distance from it: two values with the same <paramref name="Id"/> differ by a known constant.</summary>
/// <param name="Id">Names the unknown value.</param>
/// <param name="Delta">The distance in bytes.</param>
internal readonly record struct Origin(int Id, long Delta)
{
    /// <summary>Further away.</summary>
    public Origin Plus(long constant) => new(Id, Delta + constant);
}
