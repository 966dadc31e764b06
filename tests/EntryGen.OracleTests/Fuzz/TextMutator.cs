using System.Globalization;
using System.Text;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>Changes a text at random: characters, lines, and pieces of other texts.</summary>
/// <param name="random">Decides everything.</param>
/// <param name="others">Texts to take pieces from.</param>
internal sealed class TextMutator(Random random, IReadOnlyList<string> others)
{
    private const string Meaningful = "\\\"';:,.()[]{}<>!%&@#/=+-*|^~$?_ \t\n\r\0aA0x9\u00e9\uffff";

    private static readonly string[] _words =
    [
        "\\@", "\\()", "##", "#x", "/*", "*/", "//", "\\\n", "1f", "1b", "0b", "%rax", "%gs:", "(%rip)", "__VA_ARGS__", "__COUNTER__", "__LINE__", "defined", "...",
        "\n#define A A A\n", "\n#include \"calling.h\"\n", "\n#if 0\n", "\n#else\n", "\n#endif\n", "\n#undef A\n", "\n.macro A a:req b=1 c:vararg\n", "\n.endm\n",
        "\n.rept 3\n", "\n.irp x, 1, 2\n", "\n.irpc x, ab\n", "\n.endr\n", "\n.if 1\n", "\n.else\n", "\n.endif\n", "\n.exitm\n", "\n.altmacro\n", "\n.noaltmacro\n",
        "\n.pushsection .altinstructions, \"a\"\n", "\n.popsection\n", "\n.previous\n", "\n.section __ex_table, \"a\"\n", "\n.set a, a + 1\n", "\n.purgem A\n",
        "9223372036854775807", "-1", "0xffffffffffffffff", "65536", "1 << 63", "((((((((", "))))))))", "\n1:\n", "\nret\n", "; ", "\n.long . - 1b\n",
    ];

    /// <summary>The text after some changes.</summary>
    public string Mutate(string original)
    {
        var text = new StringBuilder(original);
        for (var edits = 1 + random.Next(1 + random.Next(24)); edits > 0; edits--)
        {
            Change(text);
        }

        return text.ToString();
    }

    private void Change(StringBuilder text)
    {
        var at = random.Next(text.Length + 1);
        switch (random.Next(10))
        {
            case 0:
                text.Insert(at, Meaningful[random.Next(Meaningful.Length)]);
                break;
            case 1 when at < text.Length:
                text[at] = Meaningful[random.Next(Meaningful.Length)];
                break;
            case 2:
                text.Remove(at, Math.Min(random.Next(1, 40), text.Length - at));
                break;
            case 3:
                text.Insert(at, _words[random.Next(_words.Length)]);
                break;
            case 4:
                text.Insert(at, string.Concat(Enumerable.Repeat(_words[random.Next(_words.Length)], random.Next(2, 40))));
                break;
            case 5:
                var line = TakeLine(text, at, remove: random.Next(2) == 0);
                text.Insert(LineStart(text, random.Next(text.Length + 1)), line);
                break;
            case 6:
                var count = random.Next(2, 6);
                var copy = TakeLine(text, at, remove: false);
                text.Insert(LineStart(text, at), string.Concat(Enumerable.Repeat(copy, count)));
                break;
            case 7:
                var other = others[random.Next(others.Count)];
                var start = random.Next(other.Length + 1);
                text.Insert(at, other.Substring(start, Math.Min(random.Next(200), other.Length - start)));
                break;
            case 8:
                ReplaceNumber(text, at);
                break;
            default:
                TakeLine(text, at, remove: true);
                break;
        }
    }

    private void ReplaceNumber(StringBuilder text, int at)
    {
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                var number = random.Next(4) switch { 0 => random.Next(3), 1 => random.Next(300), 2 => random.Next(70_000), _ => random.NextInt64() };
                text.Remove(at, 1).Insert(at, number.ToString(CultureInfo.InvariantCulture));
                return;
            }
        }
    }

    private static int LineStart(StringBuilder text, int at)
    {
        while (at > 0 && text[at - 1] != '\n')
        {
            at--;
        }

        return at;
    }

    private static string TakeLine(StringBuilder text, int at, bool remove)
    {
        var start = LineStart(text, at);
        var end = start;
        while (end < text.Length && text[end] != '\n')
        {
            end++;
        }

        end = Math.Min(end + 1, text.Length);
        var line = text.ToString(start, end - start);
        if (remove)
        {
            text.Remove(start, end - start);
        }

        return line;
    }
}
