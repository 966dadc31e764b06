using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Cpp;

/// <summary>Reads what a <c>#define</c> line defines.</summary>
internal ref struct MacroDefinitionReader
{
    /// <summary>Looking a parameter up is a search in a list: more than this would let a small input cost a lot.</summary>
    private const int MaxParameters = 256;

    private static readonly List<Name> _noParameters = [];

    private readonly TokenizedText _text;
    private readonly ReadOnlySpan<Token> _line;

    /// <summary>Index of the line's first token in the text.</summary>
    private readonly int _first;
    private readonly BuiltInNames _builtIns;
    private readonly DiagnosticSink _diagnostics;
    private List<Name> _parameters = _noParameters;
    private int _next;
    private bool _isVariadic;

    private MacroDefinitionReader(TokenizedText text, TokenLine line, BuiltInNames builtIns, DiagnosticSink diagnostics)
    {
        _text = text;
        _line = text.Tokens.AsSpan(line.First, line.Count);
        _first = line.First;
        _builtIns = builtIns;
        _diagnostics = diagnostics;
    }

    /// <summary>The definition on a line that begins <c># define</c>; null, after a message, when there is none.</summary>
    public static MacroDefinition? Read(TokenizedText text, TokenLine line, BuiltInNames builtIns, DiagnosticSink diagnostics) =>
        new MacroDefinitionReader(text, line, builtIns, diagnostics).Read();

    /// <summary>Whether a name can be a macro's; reports it when not.</summary>
    public static bool CheckName(in Token token, string directive, BuiltInNames builtIns, DiagnosticSink diagnostics)
    {
        if (token.Kind != TokenKind.Name)
        {
            diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, $"{directive} expects the name of a macro, found '{token.Text}'", token);
            return false;
        }

        if (ReferenceEquals(token.Name, builtIns.Defined) || ReferenceEquals(token.Name, builtIns.HasInclude)
            || ReferenceEquals(token.Name, builtIns.HasIncludeNext))
        {
            diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, $"'{token.Text}' cannot be used as a macro name", token);
            return false;
        }

        return true;
    }

    private MacroDefinition? Read()
    {
        if (_line.Length < 3)
        {
            _diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, "#define expects the name of a macro", _line[_line.Length - 1]);
            return null;
        }

        ref readonly var name = ref _line[2];
        if (!CheckName(name, "#define", _builtIns, _diagnostics))
        {
            return null;
        }

        _next = 3;
        var isFunctionLike = _line.Length > 3 && _line[3].Kind == TokenKind.OpenParen && !_line[3].SpaceBefore;
        if (isFunctionLike && !ReadParameters())
        {
            return null;
        }

        var bodyStart = _next;
        Token[]? body = null;
        if ((isFunctionLike || HasPaste()) && (body = ReadBody(isFunctionLike)) is null)
        {
            return null;
        }

        return new MacroDefinition
        {
            Name = name.Name!,
            Parameters = isFunctionLike ? [.. _parameters] : null,
            IsVariadic = _isVariadic,
            MarkedBody = body,
            Source = _text.Source,
            NameStart = name.Start,
            WrittenBody = new ArraySegment<Token>(_text.Tokens, _first + bodyStart, _line.Length - bodyStart),
        };
    }

    /// <summary>Reads <c>(a, b...)</c>.</summary>
    private bool ReadParameters()
    {
        _parameters = [];
        _next = 4;
        if (Peek() == TokenKind.CloseParen)
        {
            _next++;
            return true;
        }

        while (true)
        {
            if (Peek() == TokenKind.Ellipsis)
            {
                _next++;
                return AddParameter(_builtIns.VariableArguments) && CloseVariadic();
            }

            if (Peek() != TokenKind.Name)
            {
                return Fail("expected the name of a parameter");
            }

            if (!AddParameter(_line[_next].Name!))
            {
                return false;
            }

            _next++;
            switch (Peek())
            {
                case TokenKind.Ellipsis:
                    _next++;
                    return CloseVariadic();
                case TokenKind.CloseParen:
                    _next++;
                    return true;
                case TokenKind.Comma:
                    _next++;
                    continue;
                default:
                    return Fail("expected ',' or ')' in the parameter list");
            }
        }
    }

    private readonly bool HasPaste()
    {
        for (var i = _next; i < _line.Length; i++)
        {
            if (_line[i].Kind == TokenKind.HashHash)
            {
                return true;
            }
        }

        return false;
    }

    private readonly TokenKind Peek() => _next < _line.Length ? _line[_next].Kind : TokenKind.End;

    private readonly bool AddParameter(Name name)
    {
        if (!_parameters.Contains(name) && _parameters.Count < MaxParameters)
        {
            _parameters.Add(name);
            return true;
        }

        var message = _parameters.Count < MaxParameters ? $"two parameters named '{name}'" : $"more than {MaxParameters} parameters";
        _diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, $"macro '{_line[2].Text}' has {message}", _line[_next]);
        return false;
    }

    private bool CloseVariadic()
    {
        _isVariadic = true;
        if (Peek() != TokenKind.CloseParen)
        {
            return Fail("expected ')' after '...'");
        }

        _next++;
        return true;
    }

    private readonly bool Fail(string expected)
    {
        var atEnd = _next >= _line.Length;
        ref readonly var token = ref _line[atEnd ? _line.Length - 1 : _next];
        var found = atEnd ? "the end of the line" : $"'{token.Text}'";
        _diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, $"macro '{_line[2].Text}': {expected}, found {found}", token);
        return false;
    }

    /// <summary>Reads the replacement: parameters, and <c>#</c> and <c>##</c> as flags of what they act on.</summary>
    private readonly Token[]? ReadBody(bool isFunctionLike)
    {
        var body = new List<Token>(_line.Length - _next);
        var pasteIsOpen = false;
        var optionDepth = 0;
        for (var i = _next; i < _line.Length; i++)
        {
            var token = _line[i];
            token.Flags &= TokenFlags.SpaceBefore | TokenFlags.Spliced;
            if (token.Kind == TokenKind.HashHash)
            {
                if (body.Count == 0 || i == _line.Length - 1)
                {
                    _diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, "'##' joins two tokens: it cannot stand at either end of a replacement", _line[i]);
                    return null;
                }

                if (!pasteIsOpen)
                {
                    var left = body[body.Count - 1];
                    left.Flags |= TokenFlags.PasteLeft;
                    body[body.Count - 1] = left;
                    pasteIsOpen = true;
                }

                continue;
            }

            pasteIsOpen = false;
            if (isFunctionLike && token.Kind == TokenKind.Name && _parameters.IndexOf(token.Name!) is var index and >= 0)
            {
                token.Kind = TokenKind.Parameter;
                token.Parameter = (ushort)index;
                token.Name = null;
                if (body.Count > 0 && body[body.Count - 1] is { Kind: TokenKind.Hash } hash)
                {
                    // The string that the two become begins at the '#'. An assembler's '#' before anything else stays a '#'.
                    token.Start = hash.Start;
                    token.Length = hash.Length;
                    token.Flags = TokenFlags.Stringify | (hash.Flags & TokenFlags.SpaceBefore);
                    body.RemoveAt(body.Count - 1);
                }
            }

            if (_isVariadic && optionDepth == 0 && ReferenceEquals(token.Name, _builtIns.VariableOption))
            {
                if (i + 1 == _line.Length || _line[i + 1].Kind != TokenKind.OpenParen)
                {
                    _diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, "__VA_OPT__ expects text in parentheses", _line[i]);
                    return null;
                }

                i++;
                optionDepth = 1;
                token.Kind = TokenKind.OptionalStart;
                token.Name = null;
            }
            else if (optionDepth > 0 && token.Kind == TokenKind.OpenParen)
            {
                optionDepth++;
            }
            else if (optionDepth > 0 && token.Kind == TokenKind.CloseParen && --optionDepth == 0)
            {
                token.Kind = TokenKind.OptionalEnd;
            }

            body.Add(token);
        }

        if (optionDepth > 0)
        {
            _diagnostics.Report(ReaderDiagnostics.DefinitionMalformed, "__VA_OPT__ is not closed: expected ')'", _line[_line.Length - 1]);
            return null;
        }

        if (body.Count > 0)
        {
            var first = body[0];
            first.Flags &= ~TokenFlags.SpaceBefore;
            body[0] = first;
        }

        return [.. body];
    }
}
