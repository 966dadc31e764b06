using System.Runtime.CompilerServices;

namespace EntryGen.Asm.Units;

/// <summary>An include as written, found without preprocessing.</summary>
/// <param name="Name">The name, or null when it is not written out (<c>#include HEADER</c>).</param>
/// <param name="IsQuoted">Whether it stands in quotes.</param>
internal readonly record struct ScannedInclude(string? Name, bool IsQuoted);

/// <summary>Lists every line that could be an include, taken or not: an upper bound of what a text can reach.</summary>
internal static class IncludeScanner
{
    private static readonly string[] _directives = ["include_next", "include"];

    // A header closure is long and asked for again after every edit; it goes with its text.
    private static readonly ConditionalWeakTable<string, IReadOnlyList<ScannedInclude>> _known = new();

    /// <summary>The includes of a text in order.</summary>
    public static IReadOnlyList<ScannedInclude> Scan(string text) => _known.GetValue(text, static unknown => [.. Lines(unknown)]);

    private static IEnumerable<ScannedInclude> Lines(string text)
    {
        for (var hash = text.IndexOf('#'); hash >= 0; hash = text.IndexOf('#', hash + 1))
        {
            if (IsFirstOnLine(text, hash) && ReadDirective(text, hash + 1) is { } include)
            {
                yield return include;
            }
        }
    }

    // Comments may stand before a directive; a line with one counts, because too many includes do no harm.
    private static bool IsFirstOnLine(string text, int hash)
    {
        for (var i = hash - 1; i >= 0 && text[i] != '\n'; i--)
        {
            if (!char.IsWhiteSpace(text[i]))
            {
                return text[i] == '/' && i > 0 && text[i - 1] == '*';
            }
        }

        return true;
    }

    private static ScannedInclude? ReadDirective(string text, int position)
    {
        position = SkipBlanks(text, position);
        foreach (var directive in _directives)
        {
            if (string.CompareOrdinal(text, position, directive, 0, directive.Length) == 0)
            {
                return ReadName(text, SkipBlanks(text, position + directive.Length));
            }
        }

        return null;
    }

    private static ScannedInclude ReadName(string text, int position)
    {
        var close = position < text.Length ? text[position] switch { '"' => '"', '<' => '>', _ => '\0' } : '\0';
        if (close == '\0')
        {
            return default;
        }

        var end = text.IndexOf(close, position + 1);
        var newLine = text.IndexOf('\n', position);
        return end < 0 || (newLine >= 0 && newLine < end)
            ? default
            : new ScannedInclude(text.Substring(position + 1, end - position - 1), close == '"');
    }

    private static int SkipBlanks(string text, int position)
    {
        while (position < text.Length && text[position] is ' ' or '\t')
        {
            position++;
        }

        return position;
    }
}
