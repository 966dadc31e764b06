using System.Text;
using System.Text.Json;
using EntryGen.Asm.Gas;

namespace EntryGen.OracleTests.Gas;

/// <summary>One statement as both sides are compared: kind, section, text without blanks outside of strings, macro stack, source line.</summary>
public sealed record FlatStatement(string Kind, string Section, string Text, int Depth, string Stack, string File, int Line);

/// <summary>Flat statements of the recorded GNU as listing, and of our own.</summary>
public static class FlatStatements
{
    private static readonly HashSet<string> Consumed = new(StringComparer.OrdinalIgnoreCase)
    {
        ".macro", ".endm", ".rept", ".irp", ".irpc", ".endr", ".if", ".elseif", ".else", ".endif", ".ifc", ".ifnc", ".ifb", ".ifnb", ".ifdef", ".ifndef",
        ".ifeqs", ".ifnes", ".ifeq", ".ifne", ".ifgt", ".ifge", ".iflt", ".ifle", ".error",
    };

    public static List<FlatStatement> Recorded(string path)
    {
        var statements = new List<FlatStatement>();
        foreach (var line in File.ReadLines(path))
        {
            using var document = JsonDocument.Parse(line);
            var record = document.RootElement;
            var kind = record.GetProperty("k").GetString()!;
            var text = kind == "label" ? record.GetProperty("name").GetString()! : record.GetProperty("text").GetString()!;
            if (kind == "macro" || (kind == "dir" && Consumed.Contains(FirstWord(text))))
            {
                continue;
            }

            var stack = record.GetProperty("stack").EnumerateArray().Select(frame => frame.GetString()!.Split('@')[0]);
            statements.Add(new FlatStatement(
                kind,
                record.GetProperty("sec").GetString()!,
                WithoutBlanks(text),
                record.GetProperty("depth").GetInt32(),
                string.Join(' ', stack),
                record.GetProperty("file").GetString()!,
                record.GetProperty("line").GetInt32()));
        }

        return statements;
    }

    public static List<FlatStatement> Own(AssemblyListing listing) => listing.Statements.Select(statement => new FlatStatement(
        statement.Kind switch
        {
            StatementKind.Label => "label",
            StatementKind.Assignment => "assign",
            StatementKind.Directive => "dir",
            _ => "insn",
        },
        statement.Section,
        WithoutBlanks(statement.Text.Text),
        statement.Depth,
        string.Join(' ', statement.Frame?.OutermostFirst().Select(frame => frame.Name) ?? []),
        statement.File.Path,
        statement.Line)).ToList();

    /// <summary>Fails at the first statement that differs, with its neighbourhood.</summary>
    /// <returns>How many recorded statements were cut off: GNU as lists 199 characters of a source line.</returns>
    public static int AssertEqual(List<FlatStatement> expected, List<FlatStatement> actual)
    {
        var cut = 0;
        for (var i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            if (expected[i] != actual[i] && IsCutOff(expected, i, actual[i]))
            {
                cut++;
            }
            else if (expected[i] != actual[i])
            {
                var report = new StringBuilder($"statement {i} of {expected.Count} differs\n");
                for (var j = Math.Max(0, i - 3); j < Math.Min(i + 3, Math.Min(expected.Count, actual.Count)); j++)
                {
                    report.Append($"  as:  {expected[j]}\n  own: {actual[j]}\n");
                }

                Assert.Fail(report.ToString());
            }
        }

        Assert.Equal(expected.Count, actual.Count);
        return cut;
    }

    // The last statement of a line outside of macros, of which the listing has the beginning.
    private static bool IsCutOff(List<FlatStatement> expected, int index, FlatStatement actual)
    {
        var record = expected[index];
        var isLast = index + 1 == expected.Count || expected[index + 1].Line != record.Line;
        return record.Depth == 0 && isLast && actual.Text.StartsWith(record.Text, StringComparison.Ordinal) && record == actual with { Text = record.Text };
    }

    private static string FirstWord(string text) => text.Split(' ', '\t', '"')[0];

    internal static string WithoutBlanks(string text)
    {
        var result = new StringBuilder(text.Length);
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (inString && text[i] == '\\' && i + 1 < text.Length)
            {
                result.Append(text[i++]);
            }
            else if (text[i] == '"')
            {
                inString = !inString;
            }
            else if (!inString && char.IsWhiteSpace(text[i]))
            {
                continue;
            }

            result.Append(text[i]);
        }

        return result.ToString();
    }
}
