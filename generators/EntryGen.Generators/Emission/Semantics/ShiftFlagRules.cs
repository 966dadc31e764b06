using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>The flag rules of shifts and rotates. The count is the masked one (5 bits, 6 for 64-bit operands); 0 changes nothing.</summary>
/// <remarks>
/// OF is defined for a count of 1 only, and CF of SHL and SHR not where the count exceeds the operand (8 and 16 bits): both keep their
/// values there. SHLD and SHRD by such a count define nothing at all, so nothing changes.
/// </remarks>
internal static class ShiftFlagRules
{
    private const StatusFlags Result = StatusFlags.ZF | StatusFlags.SF | StatusFlags.PF;

    /// <summary>SHL.</summary>
    public static FlagRule Shl(int width, ulong? count) => Rule("Shl", width, count, Result, limited: true, (flag, x) => flag switch
    {
        StatusFlags.CF => Bit(x[0], $"({8 * width} - (int){x[2]})"),
        StatusFlags.OF => $"(({x[0]} ^ {x[3]}) & {FlagRules.Sign(width)}) != 0",
        _ => FlagRules.OfResult(flag, x[3], width),
    });

    /// <summary>SHR.</summary>
    public static FlagRule Shr(int width, ulong? count) => Rule("Shr", width, count, Result, limited: true, (flag, x) => flag switch
    {
        StatusFlags.CF => Bit(x[0], $"((int){x[2]} - 1)"),
        StatusFlags.OF => $"({x[0]} & {FlagRules.Sign(width)}) != 0",
        _ => FlagRules.OfResult(flag, x[3], width),
    });

    /// <summary>SAR: a count beyond the operand shifts out copies of the sign, so CF is always defined.</summary>
    public static FlagRule Sar(int width, ulong? count) => Rule("Sar", width, count, Result, limited: false, (flag, x) => flag switch
    {
        StatusFlags.CF => $"((long)({FlagRules.Signed(x[0], width)}) >> ((int){x[2]} - 1) & 1) != 0",
        StatusFlags.OF => "false",
        _ => FlagRules.OfResult(flag, x[3], width),
    });

    /// <summary>SHLD.</summary>
    public static FlagRule Shld(int width, ulong? count) => Rule("Shld", width, count, Result, limited: false, (flag, x) => flag switch
    {
        StatusFlags.CF => Bit(x[0], $"({8 * width} - (int){x[2]})"),
        StatusFlags.OF => $"(({x[0]} ^ {x[3]}) & {FlagRules.Sign(width)}) != 0",
        _ => FlagRules.OfResult(flag, x[3], width),
    });

    /// <summary>SHRD.</summary>
    public static FlagRule Shrd(int width, ulong? count) => Rule("Shrd", width, count, Result, limited: false, (flag, x) => flag switch
    {
        StatusFlags.CF => Bit(x[0], $"((int){x[2]} - 1)"),
        StatusFlags.OF => $"(({x[0]} ^ {x[3]}) & {FlagRules.Sign(width)}) != 0",
        _ => FlagRules.OfResult(flag, x[3], width),
    });

    /// <summary>ROL.</summary>
    public static FlagRule Rol(int width, ulong? count) => Rule("Rol", width, count, StatusFlags.None, limited: false, (flag, x) => flag switch
    {
        StatusFlags.CF => $"({x[3]} & 1) != 0",
        _ => $"(({x[3]} >> {8 * width - 1} ^ {x[3]}) & 1) != 0",
    });

    /// <summary>ROR.</summary>
    public static FlagRule Ror(int width, ulong? count) => Rule("Ror", width, count, StatusFlags.None, limited: false, (flag, x) => flag switch
    {
        StatusFlags.CF => $"({x[3]} & {FlagRules.Sign(width)}) != 0",
        _ => TopTwoDiffer(x[3], width),
    });

    /// <summary>RCL; the second input is the carry out.</summary>
    public static FlagRule Rcl(int width, ulong? count) => Rule("Rcl", width, count, StatusFlags.None, limited: false, (flag, x) => flag switch
    {
        StatusFlags.CF => $"{x[1]} != 0",
        _ => $"(({x[3]} >> {8 * width - 1} ^ {x[1]}) & 1) != 0",
    });

    /// <summary>RCR; the second input is the carry out.</summary>
    public static FlagRule Rcr(int width, ulong? count) => Rule("Rcr", width, count, StatusFlags.None, limited: false, (flag, x) => flag switch
    {
        StatusFlags.CF => $"{x[1]} != 0",
        _ => TopTwoDiffer(x[3], width),
    });

    // With a known count the rule has just the flags that this count defines.
    private static FlagRule Rule(string name, int width, ulong? count, StatusFlags result, bool limited, Func<StatusFlags, IReadOnlyList<string>, string> test)
    {
        var bits = 8 * width;
        IReadOnlyList<string> inputs = ["a", "b", "count", "result"];
        if (count is { } known)
        {
            var mask = result | (limited && known > (ulong)bits ? StatusFlags.None : StatusFlags.CF) | (known == 1 ? StatusFlags.OF : StatusFlags.None);
            return new FlagRule { Name = $"{name}{(known == 1 ? "One" : "")}Flags{bits}{((mask & StatusFlags.CF) == 0 ? "NoCarry" : "")}", Mask = mask, Inputs = inputs, Test = test };
        }

        return new FlagRule
        {
            Name = $"{name}CountFlags{bits}",
            Mask = result | StatusFlags.CF | StatusFlags.OF,
            IsDefinite = false,
            Inputs = inputs,
            Test = test,
            Unless = name is "Shld" or "Shrd" && width == 2 ? "count == 0 || count > 16UL" : "count == 0",
            Keeps = flag => flag switch
            {
                StatusFlags.OF => "count != 1",
                StatusFlags.CF when limited && width < 4 => $"count > {bits}UL",
                _ => null,
            },
        };
    }

    private static string Bit(string value, string number) => $"({value} >> {number} & 1) != 0";

    private static string TopTwoDiffer(string value, int width) => $"(({value} >> {8 * width - 1} ^ {value} >> {8 * width - 2}) & 1) != 0";
}
