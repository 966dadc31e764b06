using EntryGen.Asm.Gas.Expressions;

namespace EntryGen.Asm.Gas;

/// <summary>The bytes of strings in quotes, as <c>.ascii</c> and its like state them.</summary>
internal static class StringLiterals
{
    /// <summary>Reads strings, and numbers in angle brackets, that commas or blanks separate.</summary>
    /// <param name="text">The operands of the directive.</param>
    /// <param name="terminated">Whether a zero follows each string; strings without a comma between them are one.</param>
    public static IReadOnlyList<byte> Read(string text, bool terminated)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '<' && text.IndexOf('>', i) is var close && close > i + 1)
            {
                bytes.Add(Numbers.TryParse(text, i + 1, close - i - 1, out var value) ? unchecked((byte)value) : (byte)0);
                i = close;
                continue;
            }

            if (text[i] != '"')
            {
                continue;
            }

            for (i++; i < text.Length && text[i] != '"'; i++)
            {
                if (text[i] == '\\' && i + 1 < text.Length)
                {
                    bytes.Add(ReadEscape(text, ref i));
                }
                else if (text[i] < '\x80')
                {
                    bytes.Add((byte)text[i]);
                }
                else
                {
                    // Both halves of a pair at once, as UTF-8.
                    var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                    bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(text.Substring(i, length)));
                    i += length - 1;
                }
            }

            var next = Characters.SkipBlanks(text, i + 1, text.Length);
            if (terminated && (next >= text.Length || text[next] != '"'))
            {
                bytes.Add(0);
            }
        }

        return bytes;
    }

    // Leaves the index at the last character of the escape.
    private static byte ReadEscape(string text, ref int i)
    {
        i++;
        if (text[i] is >= '0' and <= '7')
        {
            var value = 0;
            var last = Math.Min(text.Length, i + 3);
            for (; i < last && text[i] is >= '0' and <= '7'; i++)
            {
                value = (value * 8) + text[i] - '0';
            }

            i--;
            return unchecked((byte)value);
        }

        if (text[i] is 'x' or 'X')
        {
            var value = 0;
            for (; i + 1 < text.Length && Numbers.HexDigit(text[i + 1]) is var digit and < 16; i++)
            {
                value = ((value << 4) | (int)digit) & 0xff;
            }

            return (byte)value;
        }

        return (byte)(text[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', var other => other });
    }
}
