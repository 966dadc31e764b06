namespace EntryGen.Asm.Cpp;

/// <summary>Reads the numbers and characters of a condition.</summary>
internal static class ConditionLiteral
{
    /// <summary>The value of a preprocessing number; the error names what is wrong with it.</summary>
    public static ConditionValue ReadNumber(string text, out string? error)
    {
        error = null;
        var radix = 10u;
        var start = 0;
        if (text.Length > 1 && text[0] == '0')
        {
            (radix, start) = text[1] switch
            {
                'x' or 'X' => (16u, 2),
                'b' or 'B' => (2u, 2),
                _ => (8u, 1),
            };
        }

        var value = 0UL;
        var overflow = false;
        var i = start;
        for (; i < text.Length && DigitValue(text[i]) is var digit && digit < (radix == 16 ? 16u : 10u); i++)
        {
            if (digit >= radix)
            {
                error = IsFloating(text, i, radix) ? Floating : $"invalid digit '{text[i]}' in {(radix == 8 ? "an octal" : "a binary")} constant";
                return default;
            }

            overflow |= value > (ulong.MaxValue - digit) / radix;
            value = unchecked((value * radix) + digit);
        }

        if (IsFloating(text, i, radix))
        {
            error = Floating;
            return default;
        }

        if (i == start && radix is 16 or 2)
        {
            error = $"'{text}' has no digits";
            return default;
        }

        if (!TryReadSuffix(text, i, out var isUnsigned))
        {
            error = $"'{text.Substring(i)}' is no suffix of an integer";
            return default;
        }

        if (overflow)
        {
            error = $"'{text}' does not fit in 64 bits";
            return default;
        }

        return new ConditionValue(value, isUnsigned || value > long.MaxValue);
    }

    /// <summary>The value of <c>'a'</c>, as gcc packs it: plain characters are signed bytes, several make one <c>int</c>.</summary>
    public static ConditionValue ReadCharacter(string text, out string? error)
    {
        error = null;
        var isWide = text[0] == 'L';
        var i = isWide ? 2 : 1;
        var end = text.Length - 1;
        if (i >= end)
        {
            error = "the character constant is empty";
            return default;
        }

        var count = 0;
        var value = 0u;
        while (i < end)
        {
            var c = text[i++];
            var unit = c == '\\' && i < end ? ReadEscape(text, ref i, end) : c;
            value = isWide ? unit : (value << 8) | (unit & 0xFF);
            count++;
        }

        var bits = !isWide && count == 1 ? (ulong)(sbyte)value : (ulong)(int)value;
        return new ConditionValue(bits, false);
    }

    private const string Floating = "a condition has integers only, no floating constants";

    private static bool IsFloating(string text, int end, uint radix) =>
        text.IndexOf('.') >= 0 || (end < text.Length && (radix == 16 ? text[end] is 'p' or 'P' : text[end] is 'e' or 'E'));

    private static uint DigitValue(char c) => c switch
    {
        >= '0' and <= '9' => (uint)(c - '0'),
        >= 'a' and <= 'f' => (uint)(c - 'a' + 10),
        >= 'A' and <= 'F' => (uint)(c - 'A' + 10),
        _ => uint.MaxValue,
    };

    /// <summary>At most one <c>u</c> and one <c>l</c> or <c>ll</c>, in either order.</summary>
    private static bool TryReadSuffix(string text, int start, out bool isUnsigned)
    {
        var suffix = text.Substring(start);
        isUnsigned = suffix.IndexOfAny(['u', 'U']) >= 0;
        return suffix.Replace('U', 'u') switch
        {
            "" or "u" or "l" or "L" or "ll" or "LL" or "ul" or "uL" or "ull" or "uLL" or "lu" or "Lu" or "llu" or "LLu" => true,
            _ => false,
        };
    }

    private static uint ReadEscape(string text, ref int i, int end)
    {
        var c = text[i++];
        switch (c)
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'a': return '\a';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'e' or 'E': return 27;
            case 'x':
                var hex = 0u;
                while (i < end && DigitValue(text[i]) is var digit && digit < 16)
                {
                    hex = (hex << 4) | digit;
                    i++;
                }

                return hex;
            case >= '0' and <= '7':
                var octal = (uint)(c - '0');
                for (var n = 0; n < 2 && i < end && text[i] is >= '0' and <= '7'; n++)
                {
                    octal = (octal << 3) | (uint)(text[i++] - '0');
                }

                return octal;
            default:
                return c;
        }
    }
}
