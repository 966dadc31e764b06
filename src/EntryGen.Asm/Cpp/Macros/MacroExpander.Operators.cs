using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

// The operators # and ##.
internal sealed partial class MacroExpander
{
    private readonly TracedTextBuilder _piece = new();

    /// <summary>Joins a token that has <see cref="TokenFlags.PasteLeft"/> with those after it, and pushes what came of it.</summary>
    private void PasteAll(ref Token left)
    {
        var top = _stack[_depth - 1];
        while (left.Has(TokenFlags.PasteLeft) && top.Next < top.End)
        {
            left.Flags &= ~TokenFlags.PasteLeft;
            var right = top.Take();
            if (right.Kind == TokenKind.Padding)
            {
                break;
            }

            if (!TryPaste(ref left, right))
            {
                // No one token: in assembly the two just stand side by side.
                top.Next--;
                break;
            }

            left.Flags |= right.Flags & TokenFlags.PasteLeft;
        }

        var result = left;
        result.Flags &= ~TokenFlags.PasteLeft;
        PushOne(result);
    }

    private bool TryPaste(ref Token left, in Token right)
    {
        var names = macros.Names;
        var text = left.Text + right.Text;
        Token joined;
        if (left.Kind == TokenKind.Name && right.Kind == TokenKind.Name)
        {
            joined = new Token { Kind = TokenKind.Name, Name = names.Get(text) };
        }
        else if (left.Kind == TokenKind.Number && right.Kind is TokenKind.Name or TokenKind.Number)
        {
            joined = new Token { Kind = TokenKind.Number };
        }
        else if (!Lexer.TryReadOne(text, names, out joined))
        {
            return false;
        }

        _composer.Clear();
        left.AppendTo(_composer, null);
        right.AppendTo(_composer, null);
        if (!budget.TakeCharacters(_composer.Length, _composer.RunCount, left))
        {
            return false;
        }

        left = new Token
        {
            Kind = joined.Kind,
            Name = joined.Name,
            Flags = left.Flags & TokenFlags.SpaceBefore,
            Spelling = new ComposedSpelling(_composer.ToTracedText()),
            Expansion = left.Expansion,
        };
        return true;
    }

    /// <summary>The string that <c>#</c> makes of an argument: blanks single, quotes and backslashes of its strings escaped.</summary>
    private Token Stringify(MacroArgument argument, in Token parameter)
    {
        var place = parameter.Span!.Value;

        // A backslash that would escape the closing quote is dropped.
        var dropped = EndsInOddBackslash(argument) ? argument.Count - 1 : -1;
        var text = _composer;
        text.Clear();
        text.AppendSynthesized("\"", place.Source, place.Start);
        var blank = default(Token);
        var hasBlank = false;
        for (var i = 0; i < argument.Count; i++)
        {
            ref readonly var token = ref argument.Tokens[i];
            if (token.Kind == TokenKind.Padding)
            {
                if (!hasBlank || (!blank.SpaceBefore && !token.Has(TokenFlags.HasSource)))
                {
                    blank = token;
                    hasBlank = token.Has(TokenFlags.HasSource);
                }

                continue;
            }

            if (text.Length > 1 && (hasBlank ? blank.SpaceBefore : token.SpaceBefore) && token.Span is { } span)
            {
                text.AppendSynthesized(" ", span.Source, span.Start);
            }

            hasBlank = false;
            if (token.Kind is TokenKind.String or TokenKind.Character)
            {
                AppendEscaped(text, token);
            }
            else if (i != dropped)
            {
                token.AppendTo(text, null);
            }
        }

        text.AppendSynthesized("\"", place.Source, place.Start);
        _ = budget.TakeCharacters(text.Length, text.RunCount, parameter);
        return new Token { Kind = TokenKind.String, Spelling = new ComposedSpelling(text.ToTracedText()) };
    }

    private static bool EndsInOddBackslash(MacroArgument argument)
    {
        var odd = false;
        for (var i = argument.Count - 1; i >= 0; i--)
        {
            ref readonly var token = ref argument.Tokens[i];
            if (token.Kind == TokenKind.Other && token.Text == "\\")
            {
                odd = !odd;
            }
            else if (token.Kind != TokenKind.Padding)
            {
                break;
            }
        }

        return odd;
    }

    private void AppendEscaped(TracedTextBuilder text, in Token token)
    {
        _piece.Clear();
        token.AppendTo(_piece, null);
        var piece = _piece.ToTracedText();
        for (var i = 0; i < piece.Length; i++)
        {
            if (piece[i] is '"' or '\\' && piece.OriginAt(i) is { } origin)
            {
                text.AppendSynthesized("\\", origin.Source, origin.Offset);
            }

            text.Append(piece, i, 1);
        }
    }
}
