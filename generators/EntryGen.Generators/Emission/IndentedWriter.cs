using System.Text;

namespace EntryGen.Generators.Emission;

/// <summary>Writes source text: lines, indentation, braces.</summary>
internal sealed class IndentedWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _separates;
    private bool _isOpened;

    /// <summary>Writes a line at the current depth. Blank lines separate: there is one at most, and none beside a brace.</summary>
    public void Line(string line = "")
    {
        if (line.Length == 0)
        {
            _separates = !_isOpened;
            return;
        }

        if (_separates && line[0] != '}')
        {
            _text.Append('\n');
        }

        _text.Append(' ', _depth * 4).Append(line).Append('\n');
        _separates = false;
        _isOpened = line == "{";
    }

    /// <summary>Writes each line of a text at the current depth.</summary>
    public void Lines(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            Line(line.TrimEnd('\r'));
        }
    }

    /// <summary>Appends what another writer wrote, at its own depth.</summary>
    public void Paste(IndentedWriter other)
    {
        foreach (var line in other._text.ToString().TrimEnd('\n').Split('\n'))
        {
            Line(line);
        }

        Line();
    }

    /// <summary>Writes a label.</summary>
    public void Label(string name)
    {
        Line(name + ":");
    }

    /// <summary>Writes a heading and an opening brace; disposing the result closes it.</summary>
    /// <param name="heading">The line before the brace; empty for a bare block.</param>
    /// <param name="close">The closing line.</param>
    public Block Braces(string heading, string close = "}")
    {
        if (heading.Length > 0)
        {
            Line(heading);
        }

        Line("{");
        _depth++;
        return new Block(this, close);
    }

    /// <summary>As <see cref="Braces"/>, or nothing at all when there is no heading.</summary>
    public Block OptionalBraces(string? heading)
    {
        if (heading is not null)
        {
            return Braces(heading);
        }

        return default;
    }

    /// <summary>Indents until the result is disposed.</summary>
    public Block Indent()
    {
        _depth++;
        return new Block(this, null);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>An open block.</summary>
    public readonly struct Block(IndentedWriter? writer, string? close) : IDisposable
    {
        /// <summary>Closes it.</summary>
        public void Dispose()
        {
            if (writer is null)
            {
                return;
            }

            writer._depth--;
            if (close is not null)
            {
                writer.Line(close);
            }
        }
    }
}
