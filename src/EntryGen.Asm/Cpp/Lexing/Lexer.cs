using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Cuts a text into preprocessing tokens and logical lines, by the rules of assembly mode.</summary>
/// <remarks>
/// <c>$</c> is no part of an identifier, there are no digraphs and no raw strings, and a quote that is not closed on its line takes
/// the rest of the line as one token without complaint, since it may be an apostrophe in an assembler comment.
/// </remarks>
internal sealed class Lexer
{
    /// <summary>Tokens for which room is kept from one text to the next: those of the largest header.</summary>
    private const int MaxScratch = 64 * 1024;

    private readonly SourceText _source;
    private readonly string _text;
    private readonly NameTable _names;
    private readonly List<Token> _tokens;
    private readonly List<TokenLine> _lines = [];
    private readonly List<AsmDiagnostic> _diagnostics = [];

    /// <summary>Lines of the conditional groups that are open: the last directive of each.</summary>
    private readonly List<int> _openGroups = [];

    private int _position;
    private int _lineNumber = 1;

    private Lexer(SourceText source, NameTable names, List<Token> tokens)
    {
        _source = source;
        _text = source.Text;
        _names = names;
        _tokens = tokens;
    }

    /// <summary>Tokens of a whole text.</summary>
    public static TokenizedText Tokenize(SourceText source, NameTable names)
    {
        lock (names.Gate)
        {
            names.Scratch.Clear();
            var lexer = new Lexer(source, names, names.Scratch);
            lexer.ReadLines();
            var text = new TokenizedText(source, [.. lexer._tokens], [.. lexer._lines], lexer._diagnostics);
            names.Scratch.Clear();
            if (names.Scratch.Capacity > MaxScratch)
            {
                names.Scratch.Capacity = 0;
            }

            return text;
        }
    }

    /// <summary>Reads <paramref name="text"/> as one token; false when it is none, or more than one.</summary>
    public static bool TryReadOne(string text, NameTable names, out Token token)
    {
        lock (names.Gate)
        {
            return TryReadOneWithinGate(text, names, out token);
        }
    }

    private static bool TryReadOneWithinGate(string text, NameTable names, out Token token)
    {
        var lexer = new Lexer(new SourceText("", text), names, []);
        token = default;
        if (text.Length == 0 || IsBlank(text[0]) || text[0] == '\n' || lexer.AtComment())
        {
            return false;
        }

        token = lexer.ReadToken();
        return lexer._position == text.Length;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\f' or '\v' or '\0';

    private static bool IsNameStart(char c) => (uint)((c | 0x20) - 'a') <= 'z' - 'a' || c == '_';

    private static bool IsDigit(char c) => (uint)(c - '0') <= 9;

    private static bool IsNamePart(char c) => IsNameStart(c) || IsDigit(c);

    private void ReadLines()
    {
        // A byte order mark is not part of the text.
        _position = _text.Length > 0 && _text[0] == '\uFEFF' ? 1 : 0;
        while (_position < _text.Length)
        {
            ReadLine();
        }

        foreach (var open in _openGroups)
        {
            _lines[open] = _lines[open] with { NextInGroup = -1 };
        }
    }

    private void ReadLine()
    {
        var first = _tokens.Count;
        var number = 0;
        var flags = TokenFlags.LineStart;
        var directive = DirectiveKind.None;
        while (SkipBlanks(ref flags))
        {
            var count = _tokens.Count - first;
            if (count == 0)
            {
                number = _lineNumber;
            }

            Token token;
            if (count >= 2 && directive != DirectiveKind.None && ExpectsHeaderName(directive, first, count))
            {
                token = ReadHeaderName();
            }
            else
            {
                token = ReadToken();
            }

            token.Flags |= flags;
            flags = TokenFlags.None;
            _tokens.Add(token);
            if (count == 1 && _tokens[first].Kind == TokenKind.Hash && token.Kind == TokenKind.Name)
            {
                directive = token.Name!.Directive;
            }
        }

        if (_tokens.Count > first)
        {
            if (_tokens.Count == first + 1 && _tokens[first].Kind == TokenKind.Hash)
            {
                directive = DirectiveKind.Null;
            }

            AddLine(new TokenLine { First = first, Count = _tokens.Count - first, Number = number, Directive = directive, NextInGroup = -1 });
        }
    }

    private void AddLine(TokenLine line)
    {
        var index = _lines.Count;
        _lines.Add(line);
        if (DirectiveNames.Opens(line.Directive))
        {
            _openGroups.Add(index);
        }
        else if (DirectiveNames.Continues(line.Directive) && _openGroups.Count > 0)
        {
            var top = _openGroups.Count - 1;
            _lines[_openGroups[top]] = _lines[_openGroups[top]] with { NextInGroup = index };
            if (line.Directive == DirectiveKind.Endif)
            {
                _openGroups.RemoveAt(top);
            }
            else
            {
                _openGroups[top] = index;
            }
        }
    }

    /// <summary>Goes to the next token of the line; false at its end, behind the newline.</summary>
    private bool SkipBlanks(ref TokenFlags flags)
    {
        while (_position < _text.Length)
        {
            var c = _text[_position];
            if (IsBlank(c))
            {
                _position++;
                flags |= TokenFlags.SpaceBefore;
            }
            else if (c == '\n')
            {
                _position++;
                _lineNumber++;
                return false;
            }
            else if (c == '\r' && (_position + 1 == _text.Length || _text[_position + 1] == '\n'))
            {
                _position++;
            }
            else if (c == '\\' && Splices.Skip(_text, _position) is var after && after != _position)
            {
                MoveTo(after);
            }
            else if (c == '/' && AtComment())
            {
                SkipComment();
                flags |= TokenFlags.SpaceBefore;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private bool AtComment()
    {
        var second = Splices.Skip(_text, _position + 1);
        return _text[_position] == '/' && second < _text.Length && _text[second] is '/' or '*';
    }

    private void SkipComment()
    {
        var start = _position;
        var second = Splices.Skip(_text, _position + 1);
        MoveTo(second + 1);
        if (_text[second] == '/')
        {
            while (_position < _text.Length && _text[_position] != '\n')
            {
                var after = Splices.Skip(_text, _position);
                MoveTo(after == _position ? _position + 1 : after);
            }

            return;
        }

        while (_position < _text.Length)
        {
            if (_text[_position] == '*')
            {
                var close = Splices.Skip(_text, _position + 1);
                if (close < _text.Length && _text[close] == '/')
                {
                    MoveTo(close + 1);
                    return;
                }
            }

            if (_text[_position] == '\n')
            {
                _lineNumber++;
            }

            _position++;
        }

        _diagnostics.Add(ReaderDiagnostics.UnterminatedComment(SpanOf(start, 2)));
    }

    /// <summary>Moves over characters that may hold newlines.</summary>
    private void MoveTo(int position)
    {
        for (; _position < position; _position++)
        {
            if (_text[_position] == '\n')
            {
                _lineNumber++;
            }
        }
    }

    private bool ExpectsHeaderName(DirectiveKind directive, int first, int count)
    {
        var c = _text[_position];
        if (c is not ('<' or '"'))
        {
            return false;
        }

        return directive switch
        {
            DirectiveKind.Include or DirectiveKind.IncludeNext or DirectiveKind.Import => count == 2,
            DirectiveKind.If or DirectiveKind.Elif => _tokens[first + count - 1].Kind == TokenKind.OpenParen
                && _tokens[first + count - 2].Name?.Text is "__has_include" or "__has_include_next",
            _ => false,
        };
    }

    private Token ReadHeaderName()
    {
        var start = _position;
        var close = _text[start] == '<' ? '>' : '"';
        for (var i = start + 1; i < _text.Length && _text[i] != '\n'; i++)
        {
            if (_text[i] == close)
            {
                _position = i + 1;
                return TokenAt(TokenKind.HeaderName, start);
            }
        }

        return ReadToken();
    }

    private Token TokenAt(TokenKind kind, int start) =>
        new() { Kind = kind, Start = start, Length = _position - start, Spelling = _source };

    private Token ReadToken()
    {
        var c = _text[_position];
        if (IsNameStart(c))
        {
            return c == 'L' && Peek(1) is '"' or '\'' ? ReadQuoted(Splices.Skip(_text, _position + 1)) : ReadName();
        }

        if (IsDigit(c) || (c == '.' && IsDigit(Peek(1))))
        {
            return ReadNumber();
        }

        return c is '"' or '\'' ? ReadQuoted(_position) : ReadOperator(c);
    }

    /// <summary>The character a few places on, looking over backslash-newlines; a newline at the end of the text.</summary>
    private char Peek(int distance)
    {
        var i = _position;
        for (; distance > 0 && i < _text.Length; distance--)
        {
            i = Splices.Skip(_text, i + 1);
        }

        return i < _text.Length ? _text[i] : '\n';
    }

    private Token ReadName()
    {
        var start = _position;
        var spliced = false;
        while (true)
        {
            while (_position < _text.Length && IsNamePart(_text[_position]))
            {
                _position++;
            }

            var after = Splices.Skip(_text, _position);
            if (after == _position || after >= _text.Length || !IsNamePart(_text[after]))
            {
                break;
            }

            spliced = true;
            MoveTo(after);
        }

        var token = TokenAt(TokenKind.Name, start);
        if (spliced)
        {
            token.Flags = TokenFlags.Spliced;
            var name = Splices.Remove(_text, start, token.Length);
            token.Name = _names.GetWithinGate(name, 0, name.Length);
        }
        else
        {
            token.Name = _names.GetWithinGate(_text, start, token.Length);
        }

        return token;
    }

    /// <summary>A preprocessing number, which may be no number at all: <c>1f</c>, <c>0xe+1</c>, <c>1.2.3</c>.</summary>
    private Token ReadNumber()
    {
        var start = _position;
        var flags = TokenFlags.None;
        var previous = _text[_position++];
        while (true)
        {
            var after = Splices.Skip(_text, _position);
            if (after >= _text.Length)
            {
                break;
            }

            var c = _text[after];
            if (!IsNamePart(c) && c != '.' && !(c is '+' or '-' && previous is 'e' or 'E' or 'p' or 'P'))
            {
                break;
            }

            if (after != _position)
            {
                flags = TokenFlags.Spliced;
                MoveTo(after);
            }

            previous = c;
            _position++;
        }

        var token = TokenAt(TokenKind.Number, start);
        token.Flags = flags;
        return token;
    }

    private Token ReadQuoted(int open)
    {
        var start = _position;
        var quote = _text[open];
        var kind = quote == '"' ? TokenKind.String : TokenKind.Character;
        var flags = TokenFlags.None;
        _position = open + 1;
        while (true)
        {
            var after = Splices.Skip(_text, _position);
            if (after != _position)
            {
                flags = TokenFlags.Spliced;
                MoveTo(after);
            }

            if (_position >= _text.Length || _text[_position] == '\n')
            {
                // Never closed. A carriage return before the newline belongs to the line's end.
                kind = TokenKind.Other;
                if (_position > start + 1 && _text[_position - 1] == '\r')
                {
                    _position--;
                }

                break;
            }

            var c = _text[_position++];
            if (c == quote)
            {
                break;
            }

            if (c == '\\' && _position < _text.Length && _text[_position] != '\n')
            {
                _position++;
            }
        }

        var token = TokenAt(kind, start);
        token.Flags = flags;
        return token;
    }

    private Token ReadOperator(char c)
    {
        var start = _position;
        var second = Peek(1);
        var third = second is '.' or '<' or '>' ? Peek(2) : '\n';
        var (kind, length) = c switch
        {
            '=' => second == '=' ? (TokenKind.EqualEqual, 2) : (TokenKind.Equal, 1),
            '!' => second == '=' ? (TokenKind.NotEqual, 2) : (TokenKind.Not, 1),
            '>' => second == '=' ? (TokenKind.GreaterEqual, 2)
                : second != '>' ? (TokenKind.Greater, 1)
                : third == '=' ? (TokenKind.Punctuator, 3) : (TokenKind.ShiftRight, 2),
            '<' => second == '=' ? (TokenKind.LessEqual, 2)
                : second != '<' ? (TokenKind.Less, 1)
                : third == '=' ? (TokenKind.Punctuator, 3) : (TokenKind.ShiftLeft, 2),
            '+' => second is '+' or '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Plus, 1),
            '-' => second == '>' ? (TokenKind.Arrow, 2) : second is '-' or '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Minus, 1),
            '*' => second == '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Star, 1),
            '/' => second == '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Slash, 1),
            '%' => second == '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Percent, 1),
            '&' => second == '&' ? (TokenKind.AndAnd, 2) : second == '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Ampersand, 1),
            '|' => second == '|' ? (TokenKind.OrOr, 2) : second == '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Bar, 1),
            '^' => second == '=' ? (TokenKind.Punctuator, 2) : (TokenKind.Caret, 1),
            '#' => second == '#' ? (TokenKind.HashHash, 2) : (TokenKind.Hash, 1),
            '.' => second == '.' && third == '.' ? (TokenKind.Ellipsis, 3) : (TokenKind.Dot, 1),
            '~' => (TokenKind.Tilde, 1),
            '?' => (TokenKind.Question, 1),
            ':' => (TokenKind.Colon, 1),
            ',' => (TokenKind.Comma, 1),
            '(' => (TokenKind.OpenParen, 1),
            ')' => (TokenKind.CloseParen, 1),
            '[' or ']' or '{' or '}' or ';' or '@' => (TokenKind.Punctuator, 1),
            _ => (TokenKind.Other, char.IsHighSurrogate(c) && char.IsLowSurrogate(second) ? 2 : 1),
        };

        var flags = TokenFlags.None;
        _position++;
        for (var i = 1; i < length; i++)
        {
            var after = Splices.Skip(_text, _position);
            if (after != _position)
            {
                flags = TokenFlags.Spliced;
                MoveTo(after);
            }

            _position++;
        }

        var token = TokenAt(kind, start);
        token.Flags = flags;
        return token;
    }

    private SourceSpan SpanOf(int start, int length)
    {
        var (part, offset) = _source.Resolve(start);
        return new SourceSpan(part, offset, length);
    }
}
