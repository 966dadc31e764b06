using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Cpp;

// Reading the arguments of a call.
internal sealed partial class MacroExpander
{
    /// <summary>The arguments that follow a function-like macro's name; null when there is no call, or after a message.</summary>
    private MacroArgument[]? Collect(in Token name, MacroDefinition macro)
    {
        PreventExpansion++;
        Search = ArgumentSearch.ForParenthesis;
        MacroArgument[]? arguments = null;
        if (FindParenthesis())
        {
            Search = ArgumentSearch.ForArguments;
            arguments = ReadArguments(name, macro);
        }

        Search = ArgumentSearch.None;
        PreventExpansion--;
        return arguments;
    }

    /// <summary>Reads up to the parenthesis, or up to something else, which is then put back.</summary>
    private bool FindParenthesis()
    {
        var padding = default(Token);
        var hasPadding = false;
        Token token;
        while ((token = Next()).Kind == TokenKind.Padding)
        {
            if (!hasPadding || !padding.Has(TokenFlags.HasSource) || (!padding.SpaceBefore && !token.Has(TokenFlags.HasSource)))
            {
                padding = token;
                hasPadding = true;
            }
        }

        if (token.Kind == TokenKind.OpenParen)
        {
            return true;
        }

        if (!budget.IsExhausted && (token.Kind != TokenKind.End || _depth > 0))
        {
            StepBack();
            if (hasPadding)
            {
                PushOne(padding);
            }
        }

        return false;
    }

    private MacroArgument[]? ReadArguments(in Token name, MacroDefinition macro)
    {
        var parameters = macro.Parameters!.Length;
        var arguments = new MacroArgument[Math.Max(1, parameters)];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = _freeArguments.Count > 0 ? _freeArguments.Pop() : new MacroArgument();
        }

        var count = 0;
        TokenKind end;
        do
        {
            // Excess arguments overwrite the last one before the call is refused.
            count++;
            var argument = arguments[Math.Min(count, arguments.Length) - 1];
            argument.Clear();
            end = ReadArgument(argument, takesCommas: macro.IsVariadic && count == parameters);
        }
        while (end is not (TokenKind.CloseParen or TokenKind.End));

        if (end == TokenKind.End)
        {
            if (_depth > 0 && !budget.IsExhausted)
            {
                StepBack();
            }

            if (!budget.IsExhausted)
            {
                diagnostics.Report(
                    ReaderDiagnostics.ArgumentsUnterminated, $"the arguments of macro '{macro.Name}' are not closed: expected ')'", name);
            }

            Release(arguments);
            return null;
        }

        if (count == 1 && parameters == 0 && arguments[0].Count == 0)
        {
            count = 0;
        }

        if (count != parameters && !(macro.IsVariadic && count == parameters - 1))
        {
            var least = macro.IsVariadic ? parameters - 1 : parameters;
            diagnostics.Report(
                ReaderDiagnostics.ArgumentCount,
                $"macro '{macro.Name}' takes {(macro.IsVariadic ? "at least " : "")}{least} {(least == 1 ? "argument" : "arguments")}, but {count} {(count == 1 ? "is" : "are")} given",
                name);
            Release(arguments);
            return null;
        }

        if (macro.IsVariadic && (count < parameters || (count == 1 && arguments[0].Count == 0)))
        {
            var last = arguments[parameters - 1];
            if (count < parameters)
            {
                last.Clear();
                last.Tokens.Add(Token.EndOfInput);
            }

            last.IsOmitted = true;
        }

        return arguments;
    }

    /// <summary>Reads one argument and tells what ended it.</summary>
    private TokenKind ReadArgument(MacroArgument argument, bool takesCommas)
    {
        var tokens = argument.Tokens;
        var parentheses = 0;
        TokenKind end;
        while (true)
        {
            var token = Next();
            end = token.Kind;
            if (end == TokenKind.Padding)
            {
                if (tokens.Count == 0)
                {
                    continue;
                }
            }
            else if (end == TokenKind.OpenParen)
            {
                parentheses++;
            }
            else if (end == TokenKind.CloseParen)
            {
                if (parentheses-- == 0)
                {
                    break;
                }
            }
            else if (end == TokenKind.Comma)
            {
                if (parentheses == 0 && !takesCommas)
                {
                    break;
                }
            }
            else if (end == TokenKind.End || (end == TokenKind.Hash && token.Has(TokenFlags.LineStart)) || !budget.TakeTokens(1, token))
            {
                // A line that begins with '#' and is no directive ends an argument as a comma does.
                break;
            }

            tokens.Add(token);
        }

        while (tokens.Count > 0 && tokens.Last.Kind == TokenKind.Padding)
        {
            tokens.RemoveLast();
        }

        argument.Count = tokens.Count;
        tokens.Add(Token.EndOfInput);
        return budget.IsExhausted ? TokenKind.End : end;
    }

    private void Release(MacroArgument[] arguments)
    {
        foreach (var argument in arguments)
        {
            argument.Clear();
            _freeArguments.Push(argument);
        }
    }
}
