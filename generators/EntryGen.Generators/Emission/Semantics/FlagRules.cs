using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>The flag rules of arithmetic (SDM vol. 1, appendix A: EFLAGS cross-reference). Widths are in bytes.</summary>
internal static class FlagRules
{
    private const StatusFlags Result = StatusFlags.ZF | StatusFlags.SF | StatusFlags.PF;

    /// <summary>a + b.</summary>
    public static FlagRule Add(int width) => Arithmetic("Add", width, x => $"{x[2]} < {x[0]}", AddOverflow(width));

    /// <summary>a + b + carry: the carry out of the top bit, computed without the carry in.</summary>
    public static FlagRule Adc(int width) =>
        Arithmetic("Adc", width, x => $"((({x[0]} & {x[1]}) | (({x[0]} | {x[1]}) & ~{x[2]})) & {Sign(width)}) != 0", AddOverflow(width));

    /// <summary>a - b; conditions become comparisons of a and b.</summary>
    public static FlagRule Sub(int width) => Arithmetic("Sub", width, x => $"{x[0]} < {x[1]}", SubOverflow(width), (condition, x) => condition switch
    {
        Condition.B => $"{x[0]} < {x[1]}",
        Condition.AE => $"{x[0]} >= {x[1]}",
        Condition.E => $"{x[0]} == {x[1]}",
        Condition.NE => $"{x[0]} != {x[1]}",
        Condition.BE => $"{x[0]} <= {x[1]}",
        Condition.A => $"{x[0]} > {x[1]}",
        Condition.L => $"{Signed(x[0], width)} < {Signed(x[1], width)}",
        Condition.GE => $"{Signed(x[0], width)} >= {Signed(x[1], width)}",
        Condition.LE => $"{Signed(x[0], width)} <= {Signed(x[1], width)}",
        Condition.G => $"{Signed(x[0], width)} > {Signed(x[1], width)}",
        _ => null,
    });

    /// <summary>a - b - borrow.</summary>
    public static FlagRule Sbb(int width) =>
        Arithmetic("Sbb", width, x => $"(((~{x[0]} & {x[1]}) | ((~{x[0]} | {x[1]}) & {x[2]})) & {Sign(width)}) != 0", SubOverflow(width));

    /// <summary>AND, OR, XOR, TEST: CF and OF become 0, AF is undefined.</summary>
    public static FlagRule Logic(int width) => new()
    {
        Name = $"LogicFlags{8 * width}",
        OfZero = StatusFlags.ZF | StatusFlags.PF,
        Mask = Result | StatusFlags.CF | StatusFlags.OF,
        Inputs = ["result"],
        Test = (flag, x) => flag is StatusFlags.CF or StatusFlags.OF ? "false" : OfResult(flag, x[0], width),
        Condition = (condition, x) => condition switch
        {
            Condition.E or Condition.BE => $"{x[0]} == 0",
            Condition.NE or Condition.A => $"{x[0]} != 0",
            Condition.S or Condition.L => OfResult(StatusFlags.SF, x[0], width),
            Condition.NS or Condition.GE => $"({x[0]} & {Sign(width)}) == 0",
            Condition.LE => $"{Signed(x[0], width)} <= 0",
            Condition.G => $"{Signed(x[0], width)} > 0",
            _ => null,
        },
    };

    /// <summary>INC: CF is kept.</summary>
    public static FlagRule Inc(int width) => Step("Inc", width, x => $"({x} & 15UL) == 0", x => $"{x} == {Sign(width)}");

    /// <summary>DEC: CF is kept.</summary>
    public static FlagRule Dec(int width) => Step("Dec", width, x => $"({x} & 15UL) == 15UL", x => $"{x} == {Value.Number(Value.Sign(width) - 1)}");

    /// <summary>CF alone, from a value of 0 or 1.</summary>
    public static FlagRule Carry { get; } = OneBit("Carry", StatusFlags.CF, Condition.B, Condition.AE);

    /// <summary>ZF alone, from a value of 0 or 1.</summary>
    public static FlagRule Zero { get; } = OneBit("Zero", StatusFlags.ZF, Condition.E, Condition.NE);

    /// <summary>MUL and IMUL: CF and OF say that the upper half matters, from a value of 0 or 1.</summary>
    public static FlagRule Multiply { get; } = new()
    {
        Name = "MultiplyFlags",
        Mask = StatusFlags.CF | StatusFlags.OF,
        Inputs = ["overflow"],
        Test = (_, x) => $"{x[0]} != 0",
    };

    /// <summary>POPCNT: ZF, and 0 for all others.</summary>
    public static FlagRule Popcnt { get; } = new()
    {
        Name = "PopcntFlags",
        Mask = StatusFlags.Arithmetic,
        Inputs = ["result"],
        Test = (flag, x) => flag == StatusFlags.ZF ? $"{x[0]} == 0" : "false",
    };

    /// <summary>SAHF: five flags from the byte that was AH.</summary>
    public static FlagRule Sahf { get; } = new()
    {
        Name = "SahfFlags",
        Mask = StatusFlags.Arithmetic & ~StatusFlags.OF,
        Inputs = ["ah"],
        Test = (flag, x) => $"({x[0]} & {Value.Number((ulong)flag)}) != 0",
    };

    /// <summary>ZF, SF or PF of a result.</summary>
    public static string OfResult(StatusFlags flag, string result, int width) => flag switch
    {
        StatusFlags.ZF => $"{result} == 0",
        StatusFlags.SF => $"({result} & {Sign(width)}) != 0",
        StatusFlags.PF => $"(global::System.Numerics.BitOperations.PopCount((uint)(byte){result}) & 1) == 0",
        _ => throw new ArgumentOutOfRangeException(nameof(flag)),
    };

    /// <summary>A zero-extended value as a signed number of its width.</summary>
    public static string Signed(string value, int width) => width switch
    {
        1 => $"(sbyte){value}",
        2 => $"(short){value}",
        4 => $"(int){value}",
        _ => $"(long){value}",
    };

    /// <summary>The literal of a width's sign bit.</summary>
    public static string Sign(int width) => Value.Number(Value.Sign(width));

    private static FlagRule Arithmetic(
        string name, int width, Func<IReadOnlyList<string>, string> carry, Func<IReadOnlyList<string>, string> overflow,
        Func<Condition, IReadOnlyList<string>, string?>? condition = null) => new()
        {
            Name = $"{name}Flags{8 * width}",
            Mask = StatusFlags.Arithmetic,
            Inputs = ["a", "b", "result"],
            Test = (flag, x) => flag switch
            {
                StatusFlags.CF => carry(x),
                StatusFlags.OF => overflow(x),
                StatusFlags.AF => $"(({x[0]} ^ {x[1]} ^ {x[2]}) & 0x10UL) != 0",
                _ => OfResult(flag, x[2], width),
            },
            Condition = condition ?? (static (_, _) => null),
        };

    private static FlagRule Step(string name, int width, Func<string, string> adjust, Func<string, string> overflow) => new()
    {
        Name = $"{name}Flags{8 * width}",
        Mask = StatusFlags.Arithmetic & ~StatusFlags.CF,
        Inputs = ["result"],
        Test = (flag, x) => flag switch
        {
            StatusFlags.OF => overflow(x[0]),
            StatusFlags.AF => adjust(x[0]),
            _ => OfResult(flag, x[0], width),
        },
    };

    private static FlagRule OneBit(string name, StatusFlags flag, Condition set, Condition clear) => new()
    {
        Name = name + "Flag",
        Mask = flag,
        Inputs = ["bit"],
        Test = (_, x) => $"{x[0]} != 0",
        Condition = (condition, x) => condition == set ? $"{x[0]} != 0" : condition == clear ? $"{x[0]} == 0" : null,
    };

    private static Func<IReadOnlyList<string>, string> AddOverflow(int width) => x => $"(({x[0]} ^ {x[2]}) & ({x[1]} ^ {x[2]}) & {Sign(width)}) != 0";

    private static Func<IReadOnlyList<string>, string> SubOverflow(int width) => x => $"(({x[0]} ^ {x[1]}) & ({x[0]} ^ {x[2]}) & {Sign(width)}) != 0";
}
