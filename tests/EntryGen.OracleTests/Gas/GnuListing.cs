using System.Text.RegularExpressions;

namespace EntryGen.OracleTests.Gas;

/// <summary>Turns a listing of GNU as (<c>-aclmn</c>) into the statements it executed.</summary>
/// <remarks>
/// A record is a source line or a line of an expansion, which is marked by one <c>&gt;</c> for each level. What definitions and
/// repetitions collect is listed too and has to be left out; so do directives that only steer the macro engine.
/// </remarks>
public static partial class GnuListing
{
    // GNU as lists no more characters of a source line; the blank in front is not in the record.
    private const int LongestSourceLine = 198;

    private static readonly HashSet<string> Steering = new(StringComparer.OrdinalIgnoreCase)
    {
        ".altmacro", ".noaltmacro", ".purgem", ".exitm", ".error", ".warning", ".err", ".print", ".end", ".endm", ".endr",
        ".if", ".elseif", ".else", ".endif", ".ifc", ".ifnc", ".ifb", ".ifnb", ".ifdef", ".ifndef", ".ifnotdef",
        ".ifeqs", ".ifnes", ".ifeq", ".ifne", ".ifgt", ".ifge", ".iflt", ".ifle",
    };

    /// <summary>The text with each statement on a line of its own: a listing then shows more of long lines, and none before its turn.</summary>
    /// <remarks>Line numbers change, statements do not: a semicolon ends one wherever a newline does.</remarks>
    public static string OneStatementPerLine(string text) => string.Join('\n', text.Split('\n').SelectMany(Split));

    /// <summary>The statements in order, without blanks outside of strings; labels end with a colon.</summary>
    public static List<ListedStatement> Statements(string listing)
    {
        var records = new List<(int Depth, string Text)>();
        foreach (var line in listing.Split('\n'))
        {
            if (Record().Match(line) is { Success: true } record)
            {
                records.Add((record.Groups[1].Length, record.Groups[2].Value));
            }
        }

        var macros = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var statements = new List<ListedStatement>();
        var collecting = 0;
        var end = "";
        foreach (var (depth, text) in records)
        {
            foreach (var statement in Split(text))
            {
                var rest = statement.Trim();
                var labels = new List<string>();
                while (Label().Match(rest) is { Success: true } label)
                {
                    labels.Add(label.Groups[1].Value);
                    rest = rest[label.Length..].Trim();
                }

                var name = Name().Match(rest).Value;
                if (collecting > 0)
                {
                    collecting += IsBlockStart(name, end) ? 1 : name.Equals(end, StringComparison.OrdinalIgnoreCase) ? -1 : 0;
                    continue;
                }

                statements.AddRange(labels.Select(label => new ListedStatement(depth, label + ":", IsCut: false)));
                if (name.Equals(".macro", StringComparison.OrdinalIgnoreCase) || (depth == 0 && IsBlockStart(name, ".endr")))
                {
                    // Bodies are listed where they stand in the file, not where they come out of an expansion.
                    end = name.Equals(".macro", StringComparison.OrdinalIgnoreCase) ? ".endm" : ".endr";
                    collecting = depth == 0 ? 1 : 0;
                    if (end == ".endm")
                    {
                        macros.Add(Name().Match(rest[name.Length..].Trim()).Value);
                    }
                }
                else if (rest.Length > 0 && !IsBlockStart(name, ".endr") && !Steering.Contains(name) && !macros.Contains(name))
                {
                    statements.Add(new ListedStatement(depth, FlatStatements.WithoutBlanks(rest), IsCut: false));
                }
            }

            if (depth == 0 && text.Length >= LongestSourceLine && statements.Count > 0)
            {
                statements[^1] = statements[^1] with { IsCut = true };
            }
        }

        return statements;
    }

    private static bool IsBlockStart(string name, string end) => end == ".endm"
        ? name.Equals(".macro", StringComparison.OrdinalIgnoreCase)
        : name.ToLowerInvariant() is ".rept" or ".rep" or ".irp" or ".irep" or ".irpc" or ".irepc";

    private static IEnumerable<string> Split(string text)
    {
        var start = 0;
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (inString && text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                inString = !inString;
            }
            else if (text[i] == '#' && !inString)
            {
                yield return text[start..i];
                yield break;
            }
            else if (text[i] == ';' && !inString)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    [GeneratedRegex(@"^\s*\d+ (?:[0-9a-f?]{4,} [0-9A-F ]*)?\s*\t(>*) ?(.*)$")]
    private static partial Regex Record();

    [GeneratedRegex(@"^([A-Za-z_.$][\w.$]*|\d+)\s*:")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[A-Za-z_.$][\w.$]*")]
    private static partial Regex Name();
}

/// <summary>A statement of a listing.</summary>
/// <param name="Depth">Macros around it.</param>
/// <param name="Text">Without blanks outside of strings.</param>
/// <param name="IsCut">Only its beginning is listed.</param>
public sealed record ListedStatement(int Depth, string Text, bool IsCut)
{
    /// <summary>Whether this is what our own reading has.</summary>
    public bool IsSameAs(ListedStatement own) =>
        Depth == own.Depth && (IsCut ? own.Text.StartsWith(Text, StringComparison.Ordinal) : own.Text == Text);

    /// <summary>Our own statements in the same form.</summary>
    public static List<ListedStatement> Of(EntryGen.Asm.Gas.AssemblyListing listing) => listing.Statements.Select(statement => new ListedStatement(
        statement.Depth,
        FlatStatements.WithoutBlanks(statement.Text.Text) + (statement.Kind == EntryGen.Asm.Gas.StatementKind.Label ? ":" : ""),
        IsCut: false)).ToList();
}
