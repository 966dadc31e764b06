using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>The lines of the unit, scrubbed and joined, and which of them is being read.</summary>
internal sealed class FileText : IReadText
{
    private readonly IReadOnlyList<LogicalLine> _lines;
    private readonly int[] _starts;
    private int _current;

    public FileText(IReadOnlyList<LogicalLine> lines, Scrubber scrubber)
    {
        _lines = lines;
        _starts = new int[lines.Count];
        var builder = new TracedTextBuilder(lines.Sum(line => line.Text.Length + 1), lines.Sum(line => line.Text.Runs.Length + 1));
        for (var i = 0; i < lines.Count; i++)
        {
            _starts[i] = builder.Length;
            var line = lines[i].Text;
            builder.Append(scrubber.Scrub(line));
            builder.AppendSynthesized("\n", line, line.Length);
        }

        Text = builder.ToTracedText();
    }

    /// <summary>All lines, each ended by a newline.</summary>
    public TracedText Text { get; }

    /// <summary>Number of lines.</summary>
    public int LineCount => _lines.Count;

    /// <summary>The line that holds the statement read last. There is one whenever there is a statement.</summary>
    public LogicalLine Current => _lines[_current];

    /// <summary>A line, from 0.</summary>
    public LogicalLine Line(int index) => _lines[index];

    /// <summary>The index at which a line starts; that of the one behind the last is the length.</summary>
    public int Start(int line) => line < _starts.Length ? _starts[line] : Text.Length;

    /// <summary>The line that holds a character, from 0.</summary>
    public int LineAt(int index)
    {
        var line = Array.BinarySearch(_starts, index);
        return line < 0 ? ~line - 1 : line;
    }

    /// <summary>A statement at an index is being read; indexes never go back further than a macro that was not closed.</summary>
    public void MoveTo(int index)
    {
        if (_starts[_current] > index)
        {
            _current = 0;
        }

        while (_current + 1 < _starts.Length && _starts[_current + 1] <= index)
        {
            _current++;
        }
    }
}
