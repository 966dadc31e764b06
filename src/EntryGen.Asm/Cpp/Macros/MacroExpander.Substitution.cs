using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

// Putting arguments into a replacement.
internal sealed partial class MacroExpander
{
    private TokenBuffer Substitute(in Token name, MacroDefinition macro, MacroArgument[] arguments)
    {
        var use = Use(name, macro);
        var result = RentBuffer();
        var body = macro.Body;
        for (var i = 0; i < body.Length; i++)
        {
            ref readonly var part = ref body[i];
            if (part.Kind == TokenKind.OptionalStart)
            {
                AddLeftPadding(result, i, afterPaste: false, part);
                if (!HasTokens(arguments[arguments.Length - 1]))
                {
                    i = Array.FindIndex(body, i, token => token.Kind == TokenKind.OptionalEnd);
                }

                continue;
            }

            if (part.Kind == TokenKind.OptionalEnd)
            {
                AddRightPadding(result, beforePaste: false);
                continue;
            }

            if (part.Kind != TokenKind.Parameter)
            {
                Add(result, part, use);
                continue;
            }

            var argument = arguments[part.Parameter];
            var afterPaste = i > 0 && body[i - 1].Has(TokenFlags.PasteLeft);
            var beforePaste = part.Has(TokenFlags.PasteLeft);
            if (part.Has(TokenFlags.Stringify))
            {
                Surround(result, i, afterPaste, beforePaste, part, Stringify(argument, part), use);
            }
            else if (beforePaste)
            {
                Insert(result, i, afterPaste, beforePaste: true, part, argument.Tokens, argument.Count, name, use);
            }
            else if (afterPaste)
            {
                InsertAfterPaste(result, i, part, argument, macro, name, use);
            }
            else
            {
                Expand(argument);
                Insert(result, i, afterPaste: false, beforePaste: false, part, argument.Expanded, argument.Expanded.Count, name, use);
            }
        }

        return result;
    }

    /// <summary>Whether anything is left of an argument when its macros are expanded.</summary>
    private bool HasTokens(MacroArgument argument)
    {
        Expand(argument);
        for (var i = 0; i < argument.Expanded.Count; i++)
        {
            if (argument.Expanded[i].Kind != TokenKind.Padding)
            {
                return true;
            }
        }

        return false;
    }

    private void Add(TokenBuffer result, in Token token, CppExpansion? expansion)
    {
        if (budget.TakeTokens(1, token))
        {
            result.Add(token);
            result.Last.Expansion = expansion;
        }
    }

    private void Surround(TokenBuffer result, int position, bool afterPaste, bool beforePaste, in Token part, in Token text, CppExpansion use)
    {
        AddLeftPadding(result, position, afterPaste, part);
        Add(result, text, use);
        if (beforePaste && result.Count > 0)
        {
            result.Last.Flags |= TokenFlags.PasteLeft;
        }

        AddRightPadding(result, beforePaste);
    }

    /// <summary>The right side of <c>##</c>, which may be nothing: then the left side stands alone.</summary>
    private void InsertAfterPaste(TokenBuffer result, int position, in Token part, MacroArgument argument, MacroDefinition macro, in Token name, CppExpansion use)
    {
        if (result.Count > 0)
        {
            if (result.Last.Kind == TokenKind.Comma && macro.IsVariadic && part.Parameter == macro.Parameters!.Length - 1)
            {
                // GNU: a comma before '## arguments' goes with an argument that is not there, and is not joined with one that is.
                if (argument.IsOmitted)
                {
                    result.RemoveLast();
                }
                else
                {
                    result.Last.Flags &= ~TokenFlags.PasteLeft;
                }
            }
            else if (argument.Count == 0)
            {
                result.Last.Flags &= ~TokenFlags.PasteLeft;
            }
        }

        Insert(result, position, afterPaste: true, beforePaste: false, part, argument.Tokens, argument.Count, name, use);
    }

    private void Insert(
        TokenBuffer result, int position, bool afterPaste, bool beforePaste, in Token part, TokenBuffer tokens, int count, in Token name, CppExpansion use)
    {
        AddLeftPadding(result, position, afterPaste, part);
        CppExpansion? known = null;
        CppExpansion? rebased = use;
        for (var i = 0; i < count; i++)
        {
            ref readonly var token = ref tokens[i];
            if (!ReferenceEquals(token.Expansion, known))
            {
                known = token.Expansion;
                rebased = Rebase(known, name.Expansion, use, token);
            }

            Add(result, token, token.Kind == TokenKind.Padding ? null : rebased);
        }

        if (count > 0 && beforePaste && result.Count > 0)
        {
            result.Last.Flags |= TokenFlags.PasteLeft;
        }

        AddRightPadding(result, beforePaste);
    }

    private void AddLeftPadding(TokenBuffer result, int position, bool afterPaste, in Token part)
    {
        if (!InDirective && position > 0 && !afterPaste)
        {
            Add(result, Token.PaddingFor(part), null);
        }
    }

    private void AddRightPadding(TokenBuffer result, bool beforePaste)
    {
        if (!InDirective && !beforePaste)
        {
            Add(result, Token.AvoidPaste, null);
        }
    }

    /// <summary>Expands an argument on its own: its tokens and an end, pushed as if they were a file.</summary>
    private void Expand(MacroArgument argument)
    {
        if (argument.IsExpanded)
        {
            return;
        }

        argument.IsExpanded = true;
        if (argument.Count == 0)
        {
            return;
        }

        var depth = _depth;
        Push(argument.Tokens.Items, argument.Count + 1, null, null, null);
        while (true)
        {
            var token = Next();
            if (token.Kind == TokenKind.End || !budget.TakeTokens(1, token))
            {
                break;
            }

            argument.Expanded.Add(token);
        }

        Abandon(depth);
    }

    /// <summary>
    /// The uses around a token of an argument, once the argument stands in a replacement: the uses it went through on its own, then this one.
    /// </summary>
    private CppExpansion Rebase(CppExpansion? expansion, CppExpansion? outer, CppExpansion use, in Token at)
    {
        if (expansion is null || IsWithin(outer, expansion) || !budget.TakeTokens(1, at))
        {
            return use;
        }

        return new CppExpansion(expansion.MacroName, expansion.Invocation, Rebase(expansion.Parent, outer, use, at));
    }

    private static bool IsWithin(CppExpansion? inner, CppExpansion ancestor)
    {
        for (; inner is not null; inner = inner.Parent)
        {
            if (ReferenceEquals(inner, ancestor))
            {
                return true;
            }
        }

        return false;
    }
}
