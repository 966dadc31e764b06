namespace EntryGen.Asm.Text;

/// <summary>One input text: a file, a C# literal, or several of those read as one.</summary>
/// <remarks>Offsets count UTF-16 units from the start of <see cref="Text"/>; lines and columns count from 1, as compilers print them.</remarks>
public sealed class SourceText
{
    private readonly IReadOnlyList<SourceSegment> _segments;
    private int[]? _lineStarts;

    /// <summary>Creates a text that was written in one place.</summary>
    /// <param name="path">A file path, or for a literal the member that holds it (<c>Paranoid.RESTORE_CR3</c>).</param>
    /// <param name="text">The characters.</param>
    public SourceText(string path, string text)
        : this(path, text, [])
    {
    }

    private SourceText(string path, string text, IReadOnlyList<SourceSegment> segments)
    {
        Path = path;
        Text = text;
        _segments = segments;
    }

    /// <summary>The path shown to people.</summary>
    public string Path { get; }

    /// <summary>The characters.</summary>
    public string Text { get; }

    /// <summary>The number of the first line; not 1 for a part of a longer file.</summary>
    public int FirstLine { get; init; } = 1;

    /// <summary>The texts this one is composed of, each with its offset; empty for one that was written in one place.</summary>
    public IEnumerable<(int Start, SourceText Part)> Parts => _segments.Select(segment => (segment.Start, segment.Part));

    /// <summary>Macros defined in this text give way, without a word, to later ones of the same name.</summary>
    public bool GivesWay { get; init; }

    /// <summary>Number of lines, at least 1.</summary>
    public int LineCount => LineStarts.Length;

    private int[] LineStarts => _lineStarts ??= FindLineStarts(Text);

    /// <summary>Joins parts into one text that is read as a unit while every character keeps where it was written.</summary>
    /// <param name="path">The path of the whole, used where a part has none.</param>
    /// <param name="parts">The parts in order; each is taken whole.</param>
    public static SourceText Compose(string path, IReadOnlyList<SourceText> parts)
    {
        var builder = new System.Text.StringBuilder();
        var segments = new List<SourceSegment>(parts.Count);
        foreach (var part in parts)
        {
            segments.Add(new SourceSegment(builder.Length, part));
            builder.Append(part.Text);
        }

        return new SourceText(path, builder.ToString(), segments);
    }

    /// <summary>The line that holds an offset, from 1.</summary>
    public int LineAt(int offset)
    {
        var index = Array.BinarySearch(LineStarts, offset);
        return (index < 0 ? ~index - 1 : index) + FirstLine;
    }

    /// <summary>The column of an offset in its line, from 1.</summary>
    public int ColumnAt(int offset) => offset - LineStarts[LineAt(offset) - FirstLine] + 1;

    /// <summary>The offset at which a line starts; lines count from 1.</summary>
    public int LineStart(int line) => LineStarts[line - FirstLine];

    /// <summary>The offset at which the line that holds another offset ends, lines that a backslash joins to it included.</summary>
    public int LogicalLineEnd(int offset)
    {
        var end = offset;
        do
        {
            end = Text.IndexOf('\n', end + (end == offset ? 0 : 1));
        }
        while (end > 0 && (Text[end - 1] == '\\' || (end > 1 && Text[end - 1] == '\r' && Text[end - 2] == '\\')) && end + 1 < Text.Length);
        return end < 0 ? Text.Length : end;
    }

    /// <summary>Follows an offset of a composed text to the part it was written in; a plain text answers itself.</summary>
    public (SourceText Source, int Offset) Resolve(int offset)
    {
        var low = 0;
        var high = _segments.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_segments[middle].Start > offset)
            {
                high = middle - 1;
            }
            else if (middle < high && _segments[middle + 1].Start <= offset)
            {
                low = middle + 1;
            }
            else
            {
                return _segments[middle].Part.Resolve(offset - _segments[middle].Start);
            }
        }

        return (this, offset);
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                starts.Add(i + 1);
            }
        }

        return [.. starts];
    }

    private readonly record struct SourceSegment(int Start, SourceText Part);
}
