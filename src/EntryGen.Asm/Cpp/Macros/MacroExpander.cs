using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>Expands macros: a stack of replacements above the tokens of the files.</summary>
/// <remarks>
/// The order of things is gcc's, since its output is what this is compared with: the replacement of a macro is pushed and read again;
/// a macro's name is disabled while its replacement is on the stack; arguments are expanded on their own before they are inserted,
/// except beside <c>#</c> and <c>##</c>. Paddings mark where a replacement begins and ends, so that the writer knows where tokens
/// that were not written together meet. Inside a directive there are none.
/// </remarks>
internal sealed partial class MacroExpander(MacroState macros, ITokenSource source, ExpansionBudget budget, DiagnosticSink diagnostics)
{
    private readonly List<Replacement> _stack = [];
    private readonly Stack<TokenBuffer> _freeBuffers = new();
    private readonly Stack<MacroArgument> _freeArguments = new();
    private readonly TracedTextBuilder _composer = new();
    private int _depth;
    private bool _depthIsReported;

    /// <summary>How far the search for a macro call's arguments is.</summary>
    public ArgumentSearch Search { get; set; }

    /// <summary>Names are given as they are while this is above 0.</summary>
    public int PreventExpansion { get; set; }

    /// <summary>The tokens are those of a directive.</summary>
    public bool InDirective { get; set; }

    /// <summary>The next token after expansion; <see cref="TokenKind.End"/> at the end.</summary>
    public Token Next()
    {
        while (!budget.IsExhausted)
        {
            Token token;
            if (_depth == 0)
            {
                token = source.Next();
            }
            else
            {
                var top = _stack[_depth - 1];
                if (top.Next == top.End)
                {
                    Pop();
                    if (InDirective)
                    {
                        continue;
                    }

                    return Token.AvoidPaste;
                }

                token = top.Take();
                if (token.Has(TokenFlags.PasteLeft))
                {
                    PasteAll(ref token);
                    if (InDirective)
                    {
                        continue;
                    }

                    return Token.PaddingFor(token);
                }
            }

            if (token.Name is null || token.Has(TokenFlags.NoExpand) || macros.Find(token.Name) is not { } macro)
            {
                return token;
            }

            if (macros.IsExpanding(token.Name))
            {
                token.Flags |= TokenFlags.NoExpand;
                return token;
            }

            if (PreventExpansion > 0 || !Enter(token, macro))
            {
                return token;
            }

            if (!InDirective)
            {
                return Token.PaddingFor(token);
            }
        }

        return Token.EndOfInput;
    }

    /// <summary>The next token that is no padding.</summary>
    public Token NextSolid()
    {
        while (true)
        {
            var token = Next();
            if (token.Kind != TokenKind.Padding)
            {
                return token;
            }
        }
    }

    /// <summary>Forgets replacements that were not read to their end, as after a directive that was wrong.</summary>
    public void Abandon(int depth = 0)
    {
        while (_depth > depth)
        {
            Pop();
        }
    }

    /// <summary>Pushes the replacement of a macro; false when its name is no call.</summary>
    private bool Enter(in Token name, MacroDefinition macro)
    {
        if (macro.BuiltIn != BuiltInMacro.None)
        {
            return EnterBuiltIn(name, macro.BuiltIn);
        }

        if (_depth >= budget.MaxDepth)
        {
            if (!_depthIsReported)
            {
                _depthIsReported = true;
                diagnostics.Report(
                    ReaderDiagnostics.PreprocessorBound, $"macro expansions nest deeper than {budget.MaxDepth}: '{macro.Name}' is left as it is", name);
            }

            return false;
        }

        if (!macro.IsFunctionLike)
        {
            if (!budget.TakeTokens(macro.Body.Length + 1, name))
            {
                return false;
            }

            macros.MarkUsed(macro.Name);
            macros.SetExpanding(macro.Name, true);
            Push(macro.Body, macro.Body.Length, macro.Name, Use(name, macro), null);
            return true;
        }

        if (Collect(name, macro) is not { } arguments)
        {
            return false;
        }

        macros.MarkUsed(macro.Name);
        var replacement = Substitute(name, macro, arguments);
        Release(arguments);
        macros.SetExpanding(macro.Name, true);
        Push(replacement.Items, replacement.Count, macro.Name, null, replacement);
        return true;
    }

    private bool EnterBuiltIn(in Token name, BuiltInMacro macro)
    {
        switch (macro)
        {
            case BuiltInMacro.HasInclude:
                return false;
            case BuiltInMacro.Pragma:
                return EnterPragma(name);
            default:
                macros.MarkUsed(name.Name!);
                var text = source.Evaluate(macro, name);
                var kind = text[0] == '"' ? TokenKind.String : TokenKind.Number;
                PushOne(new Token { Kind = kind, Spelling = Synthesize(text, name), Expansion = name.Expansion });
                return true;
        }
    }

    /// <summary><c>_Pragma("...")</c> leaves nothing behind.</summary>
    private bool EnterPragma(in Token name)
    {
        var open = NextSolid();
        if (open.Kind == TokenKind.OpenParen)
        {
            var text = NextSolid();
            if (text.Kind == TokenKind.String && NextSolid().Kind == TokenKind.CloseParen)
            {
                source.Pragma(text);
                return true;
            }
        }

        diagnostics.Report(ReaderDiagnostics.DirectiveMalformed, "_Pragma expects one string in parentheses", name);
        return true;
    }

    private ComposedSpelling Synthesize(string text, in Token at)
    {
        _composer.Clear();
        if (at.Span is { } span)
        {
            _composer.AppendSynthesized(text, span.Source, span.Start);
        }

        return new ComposedSpelling(_composer.ToTracedText());
    }

    private static CppExpansion Use(in Token name, MacroDefinition macro) => new(macro.Name.Text, name.Span!.Value, name.Expansion);

    private void PushOne(in Token token)
    {
        var buffer = RentBuffer();
        buffer.Add(token);
        Push(buffer.Items, 1, null, null, buffer);
    }

    private void Push(Token[] tokens, int count, Name? macro, CppExpansion? expansion, TokenBuffer? owned)
    {
        if (_depth == _stack.Count)
        {
            _stack.Add(new Replacement());
        }

        _stack[_depth++].Set(tokens, count, macro, expansion, owned);
    }

    private void Pop()
    {
        var top = _stack[--_depth];
        if (top.Macro is { } macro)
        {
            macros.SetExpanding(macro, false);
        }

        if (top.Owned is { } buffer)
        {
            buffer.Clear();
            _freeBuffers.Push(buffer);
        }

        top.Set([], 0, null, null, null);
    }

    private void StepBack()
    {
        if (_depth == 0)
        {
            source.StepBack();
        }
        else
        {
            _stack[_depth - 1].Next--;
        }
    }

    private TokenBuffer RentBuffer() => _freeBuffers.Count > 0 ? _freeBuffers.Pop() : new TokenBuffer();

    /// <summary>Tokens on their way to be read again.</summary>
    private sealed class Replacement
    {
        private Token[] _tokens = [];

        /// <summary>Set on every token that is taken; null when they carry their own.</summary>
        private CppExpansion? _expansion;

        public int Next { get; set; }

        public int End { get; private set; }

        /// <summary>The macro that is disabled while this is on the stack.</summary>
        public Name? Macro { get; private set; }

        public TokenBuffer? Owned { get; private set; }

        public void Set(Token[] tokens, int count, Name? macro, CppExpansion? expansion, TokenBuffer? owned)
        {
            _tokens = tokens;
            Next = 0;
            End = count;
            Macro = macro;
            _expansion = expansion;
            Owned = owned;
        }

        public Token Take()
        {
            var token = _tokens[Next++];
            if (_expansion is not null)
            {
                token.Expansion = _expansion;
            }

            return token;
        }
    }
}

/// <summary>How far the search for a macro call's arguments is.</summary>
internal enum ArgumentSearch
{
    /// <summary>No call is being read.</summary>
    None,

    /// <summary>A function-like macro's name was read; a parenthesis makes it a call.</summary>
    ForParenthesis,

    /// <summary>Between the parentheses.</summary>
    ForArguments,
}
