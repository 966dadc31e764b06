using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>What statements are read from: the file, or what a macro call was expanded to.</summary>
internal interface IReadText
{
    /// <summary>The scrubbed text.</summary>
    TracedText Text { get; }
}

/// <summary>One text being read: the file, or an expansion pushed on top of it.</summary>
/// <param name="text">The scrubbed text.</param>
/// <param name="macro">The macro or repetition it comes from; null for the file.</param>
/// <param name="repetitions">How many times it is read.</param>
internal sealed class InputText(TracedText text, MacroFrame? macro, int repetitions)
{
    private int _repetitions = repetitions;

    public TracedText Text { get; } = text;

    public MacroFrame? Macro { get; } = macro;

    /// <summary>Index of the first character not read yet.</summary>
    public int Position { get; private set; }

    /// <summary>Whether it is the body of a repetition.</summary>
    public bool IsRepetition { get; init; }

    /// <summary>Conditionals that were open when this was pushed.</summary>
    public int OuterConditionals { get; init; }

    /// <summary>Reads up to the next newline or semicolon outside of a string; passes empty statements over.</summary>
    /// <returns>False at the end of the last repetition.</returns>
    public bool TryRead(out TextSlice statement)
    {
        while (!TryReadOnce(out statement))
        {
            if (--_repetitions <= 0)
            {
                return false;
            }

            Position = 0;
        }

        return true;
    }

    /// <summary>The same within the current repetition.</summary>
    public bool TryReadOnce(out TextSlice statement)
    {
        var text = Text.Text;
        while (Position < text.Length)
        {
            var start = Characters.SkipBlanks(text, Position, text.Length);
            var end = StatementEnd(text, start);
            Position = end + 1;
            while (end > start && Characters.IsBlank(text[end - 1]))
            {
                end--;
            }

            if (end > start)
            {
                statement = new TextSlice(Text, start, end);
                return true;
            }
        }

        statement = default;
        return false;
    }

    /// <summary>Goes on reading at an index.</summary>
    public void Seek(int position) => Position = position;

    /// <summary>Leaves the rest and all repetitions unread.</summary>
    public void Finish()
    {
        Position = Text.Length;
        _repetitions = 0;
    }

    private static int StatementEnd(string text, int start)
    {
        while (start < text.Length)
        {
            var offset = text.AsSpan(start).IndexOfAny('\n', ';', '"');
            if (offset < 0)
            {
                return text.Length;
            }

            start += offset;
            if (text[start] != '"')
            {
                return start;
            }

            start = StringEnd(text, start);
        }

        return text.Length;
    }

    // Behind the closing quote; at the newline when there is none on the line.
    private static int StringEnd(string text, int quote)
    {
        for (var i = quote + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    return i + 1;
                case '\n':
                    return i;
                case '\\' when i + 1 < text.Length && text[i + 1] != '\n':
                    i++;
                    break;
            }
        }

        return text.Length;
    }
}

/// <summary>What the assembler reads from: the innermost expansion first, the file last.</summary>
internal sealed class InputStack
{
    private readonly Stack<InputText> _texts = new();

    public InputText Top => _texts.Peek();

    /// <summary>Expansions in progress.</summary>
    public int Depth => _texts.Count - 1;

    public void Push(InputText text) => _texts.Push(text);

    /// <summary>Leaves the innermost expansion; false when there is only the file.</summary>
    public bool TryPop(out InputText finished)
    {
        finished = _texts.Peek();
        if (_texts.Count == 1)
        {
            return false;
        }

        _texts.Pop();
        return true;
    }
}
