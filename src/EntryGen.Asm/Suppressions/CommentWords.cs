namespace EntryGen.Asm.Suppressions;

/// <summary>Walks through the lines of assembly as they were written, before any preprocessor: what is code, and which words start a comment or a line of one.</summary>
/// <remarks>Comments are gone when statements exist; this looks at the texts again, and only at those in which a suppression is written.</remarks>
internal sealed class CommentWords(string text)
{
    /// <summary>A line, lines joined to it by a backslash included.</summary>
    /// <param name="Start">Offset of its first character.</param>
    /// <param name="End">Offset behind its last character.</param>
    /// <param name="HasCode">Whether it holds anything but blanks and comments.</param>
    /// <param name="Comments">The comments in it: offset of the first word and offset behind the last character that belongs to the comment and this line.</param>
    internal readonly record struct Line(int Start, int End, bool HasCode, IReadOnlyList<(int Start, int End)> Comments);

    private int _at;
    private bool _isInBlock;

    /// <summary>The lines in order.</summary>
    public IEnumerable<Line> Lines()
    {
        while (_at < text.Length)
        {
            yield return Next();
        }
    }

    private Line Next()
    {
        var start = _at;
        var hasCode = false;
        var isCode = true;
        var comments = new List<(int, int)>();
        if (_isInBlock)
        {
            Block(comments);
        }

        while (_at < text.Length && !_isInBlock && !IsLineEnd(_at))
        {
            var character = text[_at];
            if (character == '"')
            {
                hasCode |= isCode;
                String();
            }
            else if (Is("/*", _at))
            {
                _at += 2;
                _isInBlock = true;
                Block(comments);
            }
            else if (character == '#' || Is("//", _at))
            {
                var marker = _at;
                _at += character == '#' ? 1 : 2;
                var end = LineEnd(_at);
                var word = FirstWord(_at, end);
                comments.Add((word, end));

                // To the preprocessor a number sign is no comment: there may be one, or a string, behind it.
                _at = character == '#' && !Is(SuppressionReader.Marker, word) ? _at : end;
                isCode &= character != '#' || (IsBlank(start, marker) && Is("define", word));
            }
            else
            {
                hasCode |= isCode && character is not (' ' or '\t' or '\r' or '\n' or '\\');
                _at++;
            }
        }

        var line = new Line(start, _at, hasCode, comments);
        _at = Math.Min(text.Length, _at + 1);
        return line;
    }

    // A line of a comment may begin with the asterisk that many put there.
    private void Block(List<(int, int)> comments)
    {
        var lineEnd = text.IndexOf('\n', _at);
        lineEnd = lineEnd < 0 ? text.Length : lineEnd;
        var close = text.IndexOf("*/", _at, lineEnd - _at, StringComparison.Ordinal);
        var end = close < 0 ? lineEnd : close;
        var word = FirstWord(_at, end);
        while (word < end && text[word] == '*')
        {
            word = FirstWord(word + 1, end);
        }

        comments.Add((word, end));
        _isInBlock = close < 0;
        _at = close < 0 ? lineEnd : close + 2;
    }

    private void String()
    {
        for (_at++; _at < text.Length && text[_at] != '\n'; _at++)
        {
            if (text[_at] == '"')
            {
                _at++;
                return;
            }

            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] != '\n')
            {
                _at++;
            }
        }
    }

    // A line ends where no backslash joins the next one to it; inside of a block comment none does.
    private bool IsLineEnd(int at) => text[at] == '\n' && !(at > 0 && (text[at - 1] == '\\' || (at > 1 && text[at - 1] == '\r' && text[at - 2] == '\\')) && at + 1 < text.Length);

    private int LineEnd(int at)
    {
        while (at < text.Length && !IsLineEnd(at))
        {
            at++;
        }

        return at;
    }

    private bool Is(string characters, int at) => string.CompareOrdinal(text, at, characters, 0, characters.Length) == 0;

    private bool IsBlank(int start, int end) => FirstWord(start, end) == end;

    private int FirstWord(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        return start;
    }
}
