namespace EntryGen.Asm.Cpp;

/// <summary>Evaluates the expression of <c>#if</c> while reading it, with macros expanded.</summary>
/// <param name="expander">Gives the tokens of the directive.</param>
/// <param name="macros">Answers <c>defined</c>.</param>
/// <param name="builtIns">The names of the operators.</param>
/// <param name="hasInclude">Answers <c>__has_include</c>: the name as written in quotes or angle brackets, and whether the search starts behind the current directory.</param>
/// <param name="namesAreErrors">A name that is no macro is an error, instead of 0 as in <c>#if</c>.</param>
internal sealed class Condition(MacroExpander expander, MacroState macros, BuiltInNames builtIns, Func<string, bool, bool>? hasInclude, bool namesAreErrors)
{
    private const int MaxDepth = 256;

    private Token _token;
    private int _depth;

    /// <summary>The name read last that is no macro: with a parenthesis behind it, it was meant to be one.</summary>
    private Token _undefined;

    /// <summary>What is wrong, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Where.</summary>
    public Token ErrorToken { get; private set; }

    /// <summary>Reads to the end of the directive. After an error the value means nothing.</summary>
    public ConditionValue Evaluate()
    {
        Advance();
        if (_token.Kind == TokenKind.End)
        {
            return Fail("the condition is missing");
        }

        var value = ReadBinary(1, isLive: true);
        if (Error is null && _token.Kind != TokenKind.End)
        {
            return _token.Kind switch
            {
                TokenKind.CloseParen => Fail("this ')' closes nothing"),
                TokenKind.OpenParen when _undefined.Name is { } name => Fail($"'{name}' is not defined, and takes arguments here", _undefined),
                _ => Fail($"expected an operator before '{_token.Text}'"),
            };
        }

        return value;
    }

    private void Advance()
    {
        if (Error is null)
        {
            _token = expander.NextSolid();
        }
    }

    private ConditionValue Fail(string message) => Fail(message, _token);

    private ConditionValue Fail(string message, in Token at)
    {
        if (Error is null)
        {
            Error = message;
            ErrorToken = at;
            _token = Token.EndOfInput;
        }

        return default;
    }

    /// <summary>Reads operators that bind at least as tightly as given. What is not live is read and not computed.</summary>
    private ConditionValue ReadBinary(int precedence, bool isLive)
    {
        var left = ReadUnary(isLive);
        while (ConditionValue.Precedence(_token.Kind) is var found && found >= precedence)
        {
            var operation = _token;
            Advance();
            if (operation.Kind == TokenKind.Question)
            {
                left = ReadChoice(left, operation, isLive);
                continue;
            }

            var decided = (operation.Kind == TokenKind.AndAnd && !left.IsTrue) || (operation.Kind == TokenKind.OrOr && left.IsTrue);
            var right = ReadBinary(found + 1, isLive && !decided);
            if (ConditionValue.Apply(operation.Kind, left, right) is { } value)
            {
                left = value;
            }
            else if (isLive)
            {
                return Fail("division by zero", operation);
            }
        }

        return left;
    }

    /// <summary>The rest of <c>a ? b : c</c>, behind the question mark.</summary>
    private ConditionValue ReadChoice(ConditionValue condition, in Token question, bool isLive)
    {
        if (++_depth > MaxDepth)
        {
            return Fail("the condition nests too deeply");
        }

        var first = ReadBinary(1, isLive && condition.IsTrue);
        if (_token.Kind != TokenKind.Colon)
        {
            return Fail("'?' without ':'", question);
        }

        Advance();
        var second = ReadBinary(ConditionValue.Precedence(TokenKind.Question), isLive && !condition.IsTrue);
        _depth--;
        return new ConditionValue(condition.IsTrue ? first.Bits : second.Bits, first.IsUnsigned || second.IsUnsigned);
    }

    private ConditionValue ReadUnary(bool isLive)
    {
        if (++_depth > MaxDepth)
        {
            return Fail("the condition nests too deeply");
        }

        var value = ReadOperand(isLive);
        _depth--;
        return value;
    }

    private ConditionValue ReadOperand(bool isLive)
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Plus:
                Advance();
                return ReadUnary(isLive);
            case TokenKind.Minus:
                Advance();
                var negated = ReadUnary(isLive);
                return negated with { Bits = unchecked(0UL - negated.Bits) };
            case TokenKind.Tilde:
                Advance();
                var inverted = ReadUnary(isLive);
                return inverted with { Bits = ~inverted.Bits };
            case TokenKind.Not:
                Advance();
                return ConditionValue.Of(!ReadUnary(isLive).IsTrue);
            case TokenKind.OpenParen:
                Advance();
                var inner = ReadBinary(1, isLive);
                if (_token.Kind != TokenKind.CloseParen)
                {
                    return Fail("this '(' is not closed", token);
                }

                Advance();
                return inner;
            case TokenKind.Number:
                return Literal(ConditionLiteral.ReadNumber(token.Text, out var numberError), numberError);
            case TokenKind.Character:
                return Literal(ConditionLiteral.ReadCharacter(token.Text, out var characterError), characterError);
            case TokenKind.Name:
                return ReadName();
            case TokenKind.End:
                return Fail("expected an operand at the end of the condition");
            default:
                return Fail($"expected an operand, found '{token.Text}'");
        }
    }

    private ConditionValue Literal(ConditionValue value, string? error)
    {
        if (error is not null)
        {
            return Fail(error);
        }

        Advance();
        return value;
    }

    private ConditionValue ReadName()
    {
        var name = _token.Name!;
        if (ReferenceEquals(name, builtIns.Defined))
        {
            return ReadDefined();
        }

        if (hasInclude is not null && (ReferenceEquals(name, builtIns.HasInclude) || ReferenceEquals(name, builtIns.HasIncludeNext)))
        {
            return ReadHasInclude(ReferenceEquals(name, builtIns.HasIncludeNext));
        }

        if (namesAreErrors)
        {
            return Fail($"'{name}' is no macro");
        }

        _undefined = _token;
        Advance();
        if (_token.Kind != TokenKind.OpenParen)
        {
            _undefined = default;
        }

        return ConditionValue.Zero;
    }

    /// <summary><c>defined X</c> and <c>defined(X)</c>: the name is not expanded.</summary>
    private ConditionValue ReadDefined()
    {
        expander.PreventExpansion++;
        Advance();
        var hasParenthesis = _token.Kind == TokenKind.OpenParen;
        if (hasParenthesis)
        {
            Advance();
        }

        var name = _token;
        if (name.Kind == TokenKind.Name && hasParenthesis)
        {
            Advance();
        }

        expander.PreventExpansion--;
        if (name.Kind != TokenKind.Name)
        {
            return Fail("'defined' expects the name of a macro");
        }

        if (hasParenthesis && _token.Kind != TokenKind.CloseParen)
        {
            return Fail("expected ')' after the name");
        }

        macros.MarkUsed(name.Name!);
        Advance();
        return ConditionValue.Of(macros.Find(name.Name!) is not null);
    }

    private ConditionValue ReadHasInclude(bool isNext)
    {
        var operation = _token;
        Advance();
        if (_token.Kind != TokenKind.OpenParen)
        {
            return Fail($"expected '(' after '{operation.Text}'");
        }

        Advance();
        var name = ReadIncludeName();
        if (name is null || _token.Kind != TokenKind.CloseParen)
        {
            return Fail($"'{operation.Text}' expects \"FILE\" or <FILE> in parentheses", operation);
        }

        Advance();
        return ConditionValue.Of(hasInclude!(name, isNext));
    }

    private string? ReadIncludeName()
    {
        var name = IncludeName.Read(_token, expander.NextSolid);
        Advance();
        return name;
    }
}
