namespace EntryGen.Asm.Text;

/// <summary>A part of a traced text that is not cut out of it: what scanners pass around.</summary>
/// <param name="text">The text.</param>
/// <param name="start">Index of the first character.</param>
/// <param name="end">Index behind the last character.</param>
public readonly struct TextSlice(TracedText text, int start, int end)
{
    /// <summary>The text it is part of.</summary>
    public TracedText Source { get; } = text;

    /// <summary>Index of the first character.</summary>
    public int Start { get; } = start;

    /// <summary>Index behind the last character.</summary>
    public int End { get; } = end;

    /// <summary>Number of characters.</summary>
    public int Length => End - Start;

    /// <summary>Whether there are no characters.</summary>
    public bool IsEmpty => End <= Start;

    /// <summary>Where the characters were written; where they would be when there are none.</summary>
    public SourceSpan? Span => Source.SpanOf(Math.Min(Start, Math.Max(0, Source.Length - 1)), Length);

    /// <summary>The preprocessor macro that its first character came through, or null.</summary>
    public CppExpansion? Expansion => Source.Length == 0 ? null : Source.OriginAt(Math.Min(Start, Source.Length - 1))?.Expansion;

    /// <summary>The characters.</summary>
    public ReadOnlySpan<char> Characters => Source.Text.AsSpan(Start, Length);

    /// <summary>A whole text.</summary>
    public static TextSlice Of(TracedText text) => new(text, 0, text.Length);

    /// <summary>The part from an index of the source on.</summary>
    public TextSlice From(int start) => new(Source, Math.Min(start, End), End);

    /// <summary>The part between two indexes of the source.</summary>
    public TextSlice Between(int start, int end) => new(Source, start, end);

    /// <summary>Without blanks at either end.</summary>
    public TextSlice Trim()
    {
        var text = Source.Text;
        var start = Start;
        var end = End;
        while (start < end && text[start] is ' ' or '\t')
        {
            start++;
        }

        while (end > start && text[end - 1] is ' ' or '\t')
        {
            end--;
        }

        return new TextSlice(Source, start, end);
    }

    /// <summary>Whether the characters are these.</summary>
    public bool Is(string value) => Length == value.Length && string.CompareOrdinal(Source.Text, Start, value, 0, value.Length) == 0;

    /// <summary>Cut out.</summary>
    public TracedText ToTracedText() => Source.Slice(Start, Length);

    /// <inheritdoc/>
    public override string ToString() => Source.Text.Substring(Start, Length);
}
