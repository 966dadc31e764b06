using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Writes tokens as lines, with a blank where the source has some and where two tokens would otherwise become one.</summary>
internal sealed class LineWriter(ExpansionBudget budget)
{
    private readonly TracedTextBuilder _line = new();
    private readonly List<LogicalLine> _lines = [];
    private SourceText? _file;
    private int _number;
    private Token _previous;
    private bool _hasPrevious;

    /// <summary>Paddings came since the last token: which blank they ask for.</summary>
    private bool _afterPadding;

    private Token _blank;
    private bool _hasBlank;

    public IReadOnlyList<LogicalLine> Lines => _lines;

    /// <summary>Whether paddings came since the last token.</summary>
    public bool IsAfterPadding => _afterPadding;

    /// <summary>Adds lines of another run, between two lines of this one.</summary>
    public void Repeat(IEnumerable<LogicalLine> lines, bool isAfterPadding)
    {
        _lines.AddRange(lines);
        _afterPadding = isAfterPadding;
    }

    /// <summary>A new line begins; what was written so far is the line before it.</summary>
    public void BeginLine(SourceText file, int number)
    {
        EndLine();
        _file = file;
        _number = number;
    }

    public void EndLine()
    {
        if (_line.Length > 0)
        {
            _lines.Add(new LogicalLine(_line.ToTracedText(), _file!, _number));
            _line.Clear();
        }

        _hasPrevious = false;
        _hasBlank = false;
    }

    public void Write(in Token token)
    {
        if (token.Kind == TokenKind.Padding)
        {
            if (!_hasBlank || (!_blank.SpaceBefore && !token.Has(TokenFlags.HasSource)))
            {
                _blank = token;
                _hasBlank = token.Has(TokenFlags.HasSource);
            }

            _afterPadding = true;
            return;
        }

        var needsBlank = !_afterPadding
            ? token.SpaceBefore
            : (_hasBlank ? _blank.SpaceBefore : token.SpaceBefore)
                || (_hasPrevious ? WouldMerge(_previous, token) : token.Kind == TokenKind.Hash);
        if (needsBlank)
        {
            WriteBlank(token);
        }

        var before = _line.Length;
        var runs = _line.RunCount;
        token.AppendTo(_line, token.Expansion);
        if (!budget.TakeCharacters(_line.Length - before, _line.RunCount - runs, token))
        {
            _line.Clear();
        }

        _afterPadding = false;
        _hasBlank = false;
        _previous = token;
        _hasPrevious = true;
    }

    /// <summary>Whether two tokens, written without a blank, would be read as something else. As gcc decides it, which is sometimes over-careful.</summary>
    private static bool WouldMerge(in Token first, in Token second)
    {
        var next = second.Kind;
        var c = next < TokenKind.Name ? second.Text[0] : '\0';
        if (first.Kind <= TokenKind.ShiftLeft && c == '=')
        {
            return true;
        }

        return first.Kind switch
        {
            TokenKind.Greater => c == '>',
            TokenKind.Less => c is '<' or '%' or ':',
            TokenKind.Plus => c == '+',
            TokenKind.Minus => c is '-' or '>',
            TokenKind.Slash => c is '/' or '*',
            TokenKind.Percent => c is ':' or '>',
            TokenKind.Ampersand => c == '&',
            TokenKind.Bar => c == '|',
            TokenKind.Colon => c is ':' or '>',
            TokenKind.Arrow => c == '*',
            TokenKind.Dot => c is '.' or '%' || next == TokenKind.Number,
            TokenKind.Hash => c is '#' or '%',
            TokenKind.Name => next is TokenKind.Name or TokenKind.Character or TokenKind.String
                || (next == TokenKind.Number && IsName(second.Text)),
            TokenKind.Number => next is TokenKind.Number or TokenKind.Name or TokenKind.Character || c is '.' or '+' or '-',
            TokenKind.Other => next == TokenKind.Name && first.Text[0] == '\\',
            _ => false,
        };
    }

    /// <summary>A number that would continue a name: one without points and signs.</summary>
    private static bool IsName(string number)
    {
        foreach (var c in number)
        {
            if (!char.IsLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The blank stands where the source has one, or else at the token that it keeps apart.</summary>
    private void WriteBlank(in Token token)
    {
        if (token.Spelling is SourceText source)
        {
            if (token.Start > 0 && source.Text[token.Start - 1] == ' ')
            {
                _line.Append(source, token.Start - 1, 1, token.Expansion);
            }
            else
            {
                _line.AppendSynthesized(" ", source, token.Start, token.Expansion);
            }
        }
        else if (token.Span is { } span)
        {
            _line.AppendSynthesized(" ", span.Source, span.Start, token.Expansion);
        }
    }
}
