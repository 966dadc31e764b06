using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Rules.Fixes;

/// <summary>Edits of statements where they were written: in a file, a literal, a macro's body or a string that a macro is given.</summary>
/// <remarks>A statement that no characters of its own stand for (its mnemonic came from a preprocessor macro or an argument) has no edit: the answer is null then.</remarks>
public static class StatementEdits
{
    /// <summary>
    /// Puts a statement before another: on a line of its own, or in front of a semicolon where the line has several. What a preprocessor macro of another file begins with gets it before
    /// the macro's use: others use that macro too.
    /// </summary>
    public static SuggestedEdit? InsertBefore(Statement statement, string text) => (UseOfForeignMacro(statement) ?? PlaceOf(statement)) switch
    {
        null => null,
        { } span when StandsAlone(span) => new SuggestedEdit(new SourceSpan(span.Source, span.Start, 0), text + "\n" + Indentation(span)),
        { } span => new SuggestedEdit(new SourceSpan(span.Source, span.Start, 0), text + "; "),
    };

    /// <summary>Puts a statement behind another: behind the comment of its line, or behind a semicolon where the line has several.</summary>
    public static SuggestedEdit? InsertAfter(Statement statement, string text) => PlaceOf(statement) switch
    {
        null => null,
        { } span when StandsAlone(span) => new SuggestedEdit(new SourceSpan(span.Source, LineEnd(span), 0), "\n" + Indentation(span) + text),
        { } span => new SuggestedEdit(new SourceSpan(span.Source, span.Start + span.Length, 0), "; " + text),
    };

    /// <summary>Writes something else in the place of a statement; its comment stays.</summary>
    public static SuggestedEdit? Replace(Statement statement, string text) =>
        PlaceOf(statement) is { } span && TextOf(span) != text ? new SuggestedEdit(span, text) : null;

    /// <summary>Takes a statement away, with its line when nothing else is on it.</summary>
    public static SuggestedEdit? Remove(Statement statement)
    {
        if (PlaceOf(statement) is not { } span)
        {
            return null;
        }

        var text = span.Source.Text;
        var start = LineStart(span);
        var end = text.IndexOf('\n', span.Start + span.Length);
        var isWhole = IsBlank(text, start, span.Start) && end >= 0 && IsBlank(text, span.Start + span.Length, end);
        return isWhole ? new SuggestedEdit(new SourceSpan(span.Source, start, end + 1 - start), "") : new SuggestedEdit(span, "");
    }

    /// <summary>Exchanges two statements; null when one of them has no characters of its own, or they overlap.</summary>
    public static IReadOnlyList<SuggestedEdit>? Swap(Statement first, Statement second) =>
        PlaceOf(first) is { } one && PlaceOf(second) is { } other ? Swap(one, other) : null;

    /// <summary>Exchanges the characters of two places; null when they are equal or overlap.</summary>
    public static IReadOnlyList<SuggestedEdit>? Swap(SourceSpan first, SourceSpan second)
    {
        var overlap = ReferenceEquals(first.Source, second.Source) && first.Start < second.Start + second.Length && second.Start < first.Start + first.Length;
        return overlap || TextOf(first) == TextOf(second) ? null : [new SuggestedEdit(first, TextOf(second)), new SuggestedEdit(second, TextOf(first))];
    }

    /// <summary>The use of the preprocessor macro whose replacement begins with a statement, where that was written in another file.</summary>
    private static SourceSpan? UseOfForeignMacro(Statement statement)
    {
        var slice = statement.Slice;
        var use = slice.Expansion;
        while (use?.Parent is { } outer)
        {
            use = outer;
        }

        return use is null || slice.Span is not { } span || ReferenceEquals(span.Source, use.Invocation.Source) || !IsFirst(slice) ? null : use.Invocation;
    }

    // Nothing before it that came through the same macro: it would be between the use and the statement.
    private static bool IsFirst(TextSlice slice)
    {
        var start = slice.Start;
        while (start > 0 && slice.Source[start - 1] is ' ' or '\t')
        {
            start--;
        }

        return start == 0 || slice.Source[start - 1] == '\n' || slice.Source.OriginAt(start - 1)?.Expansion is null;
    }

    /// <summary>The characters of a statement, when they are its own from the mnemonic on.</summary>
    private static SourceSpan? PlaceOf(Statement statement) =>
        statement.Text.Span is { Length: > 0 } span && span.Start + span.Length <= span.Source.Text.Length && StartsAlike(span, statement.Text.Text) ? span : null;

    // The scrubber changes blanks only; a word that starts differently came from somewhere else, and one that stands alone there was an argument.
    private static bool StartsAlike(SourceSpan span, string text)
    {
        var i = 0;
        while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '_' or '.'))
        {
            if (i >= span.Length || char.ToLowerInvariant(span.Source.Text[span.Start + i]) != char.ToLowerInvariant(text[i]))
            {
                return false;
            }

            i++;
        }

        return i > 0 && (i == text.Length || span.Length > i);
    }

    // Nothing but a label before it and a comment behind it, on a line that no backslash joins to another.
    private static bool StandsAlone(SourceSpan span)
    {
        var text = span.Source.Text;
        var before = span.Start - 1;
        while (before >= 0 && text[before] is ' ' or '\t')
        {
            before--;
        }

        var start = LineStart(span);
        if (before >= start && (text[before] != ':' || text.IndexOf('"', start, before - start) >= 0))
        {
            return false;
        }

        var end = LineEnd(span);
        var rest = text.Substring(span.Start + span.Length, end - span.Start - span.Length).Trim();
        var isComment = rest.StartsWith("#", StringComparison.Ordinal) || rest.StartsWith("//", StringComparison.Ordinal)
            || (rest.StartsWith("/*", StringComparison.Ordinal) && rest.IndexOf("*/", StringComparison.Ordinal) == rest.Length - 2);
        return !IsContinued(text, start) && !IsContinued(text, end + 1) && (rest.Length == 0 || (isComment && rest[rest.Length - 1] != '\\'));
    }

    // Whether the line that ends before an offset is joined to what follows.
    private static bool IsContinued(string text, int start)
    {
        var end = Math.Min(start, text.Length) - 1;
        end = end > 0 && text[end] == '\n' ? end - 1 : end;
        end = end > 0 && text[end] == '\r' ? end - 1 : end;
        return start > 0 && end >= 0 && text[end] == '\\';
    }

    private static string Indentation(SourceSpan span)
    {
        var text = span.Source.Text;
        var start = LineStart(span);
        var end = start;
        while (end < span.Start && text[end] is ' ' or '\t')
        {
            end++;
        }

        return end > start || IsBlank(text, start, span.Start) ? text.Substring(start, end - start) : "\t";
    }

    private static int LineStart(SourceSpan span) => span.Start == 0 ? 0 : span.Source.Text.LastIndexOf('\n', span.Start - 1) + 1;

    private static int LineEnd(SourceSpan span)
    {
        var text = span.Source.Text;
        var end = text.IndexOf('\n', span.Start + span.Length);
        end = end < 0 ? text.Length : end;
        return end > 0 && text[end - 1] == '\r' && end > span.Start + span.Length ? end - 1 : end;
    }

    private static bool IsBlank(string text, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static string TextOf(SourceSpan span) => span.Source.Text.Substring(span.Start, span.Length);
}
