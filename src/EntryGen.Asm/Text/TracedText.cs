namespace EntryGen.Asm.Text;

/// <summary>A piece of text in which every character knows where it was written, however many macros it came through.</summary>
/// <remarks>
/// The preprocessor, the scrubber and the macro engine cut and join these; nobody else needs to carry positions.
/// A run says: from here on, character i stands at <c>Offset + (i - Start)</c> of <c>Source</c>.
/// </remarks>
public readonly struct TracedText
{
    private readonly string? _text;
    private readonly object? _origins; // runs, or who knows them

    internal TracedText(string text, OriginRun[] runs)
    {
        _text = text;
        _origins = runs;
    }

    /// <summary>A text whose runs are found when somebody asks.</summary>
    internal TracedText(string text, MovedOrigins origins)
    {
        _text = text;
        _origins = origins;
    }

    /// <summary>The characters.</summary>
    public string Text => _text ?? "";

    /// <summary>Number of characters.</summary>
    public int Length => Text.Length;

    /// <summary>The character at an index.</summary>
    public char this[int index] => Text[index];

    internal ReadOnlySpan<OriginRun> Runs => RunArray;

    /// <summary>Who finds them; null when they are there.</summary>
    internal MovedOrigins? Moved => _origins as MovedOrigins;

    internal OriginRun[]? RunArray => _origins as OriginRun[] ?? (_origins as MovedOrigins)?.Runs;

    /// <summary>The whole of a source text.</summary>
    public static TracedText Of(SourceText source) => Of(source, 0, source.Text.Length);

    /// <summary>Part of a source text.</summary>
    public static TracedText Of(SourceText source, int start, int length) =>
        new(source.Text.Substring(start, length), [new OriginRun(0, source, start, null)]);

    /// <summary>A part of this text.</summary>
    public TracedText Slice(int start, int length)
    {
        if (length == 0)
        {
            return start < Length || Length == 0 ? default : new TracedText("", [RunAt(Length - 1).At(0, Length - RunAt(Length - 1).Start)]);
        }

        if (start == 0 && length == Length)
        {
            return this;
        }

        return new TracedText(Text.Substring(start, length), RunsOf(start, length));
    }

    /// <summary>This text without blanks at either end.</summary>
    public TracedText Trim()
    {
        var start = 0;
        var end = Length;
        while (start < end && char.IsWhiteSpace(Text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(Text[end - 1]))
        {
            end--;
        }

        return Slice(start, end - start);
    }

    /// <summary>Where a character was written, or null when the text has no origin.</summary>
    public Origin? OriginAt(int index)
    {
        if (RunArray is not { Length: > 0 } runs)
        {
            return null;
        }

        var run = runs[RunIndexAt(index)];
        var (source, offset) = run.Source.Resolve(run.Offset + Math.Max(0, index - run.Start));
        return new Origin(source, offset, run.Expansion);
    }

    /// <summary>The characters from <paramref name="start"/> as they were written: the part that lies on one line with the first character, from that on.</summary>
    /// <remarks>What an argument put in between is left out if it was written elsewhere; the parameter that stands for it is shown.</remarks>
    public SourceSpan? SpanOf(int start, int length)
    {
        if (OriginAt(start) is not { } first)
        {
            return null;
        }

        var end = Math.Min(first.Offset + Math.Min(1, length), first.Source.Text.Length);
        var lineEnd = first.Source.LogicalLineEnd(first.Offset);
        for (var i = start + length - 1; i >= start; i--)
        {
            if (OriginAt(i) is { } last && ReferenceEquals(last.Source, first.Source) && last.Offset >= first.Offset && last.Offset < lineEnd)
            {
                end = last.Offset + 1;
                end = i == start + length - 1 ? end : EndOfParameter(first.Source.Text, end);
                break;
            }
        }

        return new SourceSpan(first.Source, first.Offset, end - first.Offset);
    }

    /// <summary>The whole text as it was written.</summary>
    public SourceSpan? Span => SpanOf(0, Length);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The run that holds a character; 0 when there are none.</summary>
    internal int RunIndexAt(int index)
    {
        var runs = RunArray;
        var low = 0;
        var high = (runs?.Length ?? 0) - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (runs![middle].Start <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    // A name, with the backslash of a macro parameter or without that of a preprocessor's.
    private static int EndOfParameter(string text, int start)
    {
        var end = start < text.Length && text[start] == '\\' ? start + 1 : start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        return end;
    }

    private OriginRun RunAt(int index) => RunArray![RunIndexAt(index)];

    private OriginRun[] RunsOf(int start, int length)
    {
        if (RunArray is not { Length: > 0 } all)
        {
            return [];
        }

        var first = RunIndexAt(start);
        var runs = new OriginRun[RunIndexAt(start + length - 1) - first + 1];
        for (var i = 0; i < runs.Length; i++)
        {
            var run = all[first + i];
            var skipped = Math.Max(0, start - run.Start);
            runs[i] = run.At(run.Start + skipped - start, skipped);
        }

        return runs;
    }
}

/// <summary>Where one character was written.</summary>
/// <param name="Source">The text it stands in.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="Expansion">The preprocessor macro it came through, innermost first; null outside of one.</param>
public readonly record struct Origin(SourceText Source, int Offset, CppExpansion? Expansion);

/// <summary>One use of a preprocessor macro.</summary>
/// <param name="MacroName">The macro's name.</param>
/// <param name="Invocation">The name as written where the macro is used.</param>
/// <param name="Parent">The use in whose replacement this one stands, or null.</param>
public sealed record CppExpansion(string MacroName, SourceSpan Invocation, CppExpansion? Parent);

internal record struct OriginRun(int Start, SourceText Source, int Offset, CppExpansion? Expansion)
{
    public readonly OriginRun At(int start, int skipped) => new(start, Source, Offset + skipped, Expansion);
}
