namespace EntryGen.Asm.Gas.Expressions;

/// <summary>Reads the numbers of GNU as: 0x, 0b, octal and decimal, with U and L behind them.</summary>
internal static class Numbers
{
    /// <summary>Reads <c>1f</c> or <c>1b</c>. <c>0b</c> followed by a binary digit is a number.</summary>
    public static bool TryParseLocalLabel(string text, int start, int length, out int number, out bool forward)
    {
        number = 0;
        forward = text[start + length - 1] is 'f' or 'F';
        if (length < 2 || !(forward || text[start + length - 1] is 'b' or 'B'))
        {
            return false;
        }

        return TryParseLabelNumber(text, start, length - 1, out number);
    }

    /// <summary>Reads the number of a numeric label.</summary>
    public static bool TryParseLabelNumber(string text, int start, int length, out int number)
    {
        number = 0;
        for (var i = start; i < start + length; i++)
        {
            if (!Characters.IsDigit(text[i]) || number > (int.MaxValue - 9) / 10)
            {
                return false;
            }

            number = (number * 10) + (text[i] - '0');
        }

        return true;
    }

    /// <summary>Reads a number modulo 2^64; false when it is none or longer than 64 bits.</summary>
    public static bool TryParse(string text, int start, int length, out long value)
    {
        var end = start + length;
        while (end > start && text[end - 1] is 'l' or 'L')
        {
            end--;
        }

        if (end > start && text[end - 1] is 'u' or 'U')
        {
            end--;
        }

        uint radix = 10;
        if (end - start > 1 && text[start] == '0')
        {
            radix = text[start + 1] switch { 'x' or 'X' => 16u, 'b' or 'B' => 2u, _ => 8u };
            start += radix == 8 ? 1 : 2;
        }

        value = 0;
        if (start == end)
        {
            return false;
        }

        ulong result = 0;
        for (; start < end; start++)
        {
            var digit = HexDigit(text[start]);
            if (digit >= radix || result > (ulong.MaxValue - digit) / radix)
            {
                return false;
            }

            result = (result * radix) + digit;
        }

        value = unchecked((long)result);
        return true;
    }

    /// <summary>The value of a digit, up to 15; more for other characters.</summary>
    public static uint HexDigit(char c) => c switch
    {
        >= '0' and <= '9' => (uint)(c - '0'),
        >= 'a' and <= 'f' => (uint)(c - 'a' + 10),
        >= 'A' and <= 'F' => (uint)(c - 'A' + 10),
        _ => uint.MaxValue,
    };
}
