using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas.Expressions;

/// <summary>Reads expressions by GNU as rules (info as, "Infix Operators"): what C calls by another precedence.</summary>
/// <remarks>
/// From tightest to loosest: prefix operators; <c>* / % &lt;&lt; &gt;&gt;</c>; <c>| &amp; ^ !</c>; <c>+ -</c>; comparisons; <c>&amp;&amp;</c>;
/// <c>||</c>. All group from the left. Blanks mean nothing; characters after <c>@</c> in a symbol (<c>f@PLT</c>) belong to its name.
/// </remarks>
public static class ExpressionParser
{
    /// <summary>Levels of nesting, and operators in one expression, unless told otherwise; keeps evaluation within any stack.</summary>
    public const int DefaultMaxDepth = 256;

    /// <summary>Reads an expression that takes up a whole text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">What is wrong, or null.</param>
    /// <returns>Null when there is an error.</returns>
    public static Expression? Parse(TracedText text, out ExpressionError? error) => Parse(text, 0, text.Length, out error);

    /// <summary>Reads an expression that takes up a part of a text; indexes in the result count from the start of the text.</summary>
    public static Expression? Parse(TracedText text, int start, int length, out ExpressionError? error)
    {
        var position = start;
        var end = start + length;
        var expression = ParsePrefix(text, ref position, end, out error);
        if (expression is not null && position < end)
        {
            error = new ExpressionError($"expected an operator, not '{text[position]}'", position, 1);
            return null;
        }

        return expression;
    }

    /// <summary>Reads the longest expression that starts at a place, leaving the place behind it and the blanks that follow.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where to start; behind the expression afterwards.</param>
    /// <param name="end">Where to stop at the latest.</param>
    /// <param name="error">What is wrong, or null.</param>
    /// <param name="maxDepth">How deep parentheses and operators may nest.</param>
    /// <returns>Null when there is an error.</returns>
    public static Expression? ParsePrefix(TracedText text, ref int position, int end, out ExpressionError? error, int maxDepth = DefaultMaxDepth)
    {
        var reader = new Reader(text.Text, position, end, maxDepth);
        var expression = reader.ReadInfix(0, 0);
        position = reader.Position;
        error = expression is null ? reader.Error : null;
        return expression;
    }

    private struct Reader(string text, int position, int end, int maxDepth)
    {
        private int _position = position;
        private int _operators;

        public readonly int Position => _position;

        public ExpressionError? Error { get; private set; }

        public Expression? ReadInfix(int leastRank, int depth)
        {
            var left = ReadOperand(depth);
            while (left is not null)
            {
                SkipBlanks();
                var (operation, length) = PeekOperator();
                if (length == 0 || Rank(operation) <= leastRank)
                {
                    return left;
                }

                // Long chains make trees as deep as nesting does.
                if (++_operators > maxDepth * 4)
                {
                    return Fail($"more than {maxDepth * 4} operators in one expression", left.Start, _position - left.Start);
                }

                _position += length;
                var right = ReadInfix(Rank(operation), depth + 1);
                left = right is null ? null : new BinaryExpression(operation, left, right, left.Start, right.End - left.Start);
            }

            return left;
        }

        private Expression? ReadOperand(int depth)
        {
            SkipBlanks();
            var start = _position;
            if (depth > maxDepth)
            {
                return Fail($"more than {maxDepth} levels in one expression", start, Math.Min(1, end - start));
            }

            if (start >= end)
            {
                return Fail("expected an expression", start, 0);
            }

            switch (text[start])
            {
                case '(':
                case '[':
                    return ReadParenthesized(start, depth);
                case '-':
                    return ReadPrefixed(UnaryOperator.Negate, start, depth);
                case '~':
                    return ReadPrefixed(UnaryOperator.Complement, start, depth);
                case '!':
                    return ReadPrefixed(UnaryOperator.LogicalNot, start, depth);
                case '+':
                    _position++;
                    return ReadOperand(depth + 1);
                case '%':
                    return ReadRegister(start);
                case '"':
                    var close = Characters.StringEnd(text, start, end);
                    _position = Math.Min(close + 1, end);
                    return close < end
                        ? new SymbolExpression(text.Substring(start + 1, close - start - 1), start, _position - start)
                        : Fail("the string is not closed", start, end - start);
                case var c when Characters.IsDigit(c):
                    return ReadNumber(start);
                case var c when Characters.IsNameStart(c):
                    return ReadSymbol(start);
                default:
                    return Fail($"expected an expression, not '{text[start]}'", start, 1);
            }
        }

        private Expression? ReadParenthesized(int start, int depth)
        {
            var close = text[start] == '(' ? ')' : ']';
            _position++;
            var inner = ReadInfix(0, depth + 1);
            if (inner is null)
            {
                return null;
            }

            SkipBlanks();
            if (_position >= end || text[_position] != close)
            {
                return Fail($"expected '{close}'", _position, Math.Min(1, end - _position));
            }

            _position++;
            return inner with { Start = start, Length = _position - start };
        }

        private Expression? ReadPrefixed(UnaryOperator operation, int start, int depth)
        {
            _position++;
            return ReadOperand(depth + 1) is { } operand ? new UnaryExpression(operation, operand, start, operand.End - start) : null;
        }

        private Expression? ReadRegister(int start)
        {
            _position++;
            SkipBlanks();
            var nameStart = _position;
            _position = Characters.NameEnd(text, nameStart, end);
            return _position > nameStart
                ? new RegisterExpression(Characters.ToLower(text.Substring(nameStart, _position - nameStart)), start, _position - start)
                : Fail("expected a register after '%'", start, 1);
        }

        private Expression ReadSymbol(int start)
        {
            _position = Characters.NameEnd(text, start, end);
            while (_position < end && text[_position] == '@' && _position + 1 < end && Characters.IsNamePart(text[_position + 1]))
            {
                _position = Characters.NameEnd(text, _position + 1, end);
            }

            var length = _position - start;
            return length == 1 && text[start] == '.'
                ? new LocationExpression(start, length)
                : new SymbolExpression(text.Substring(start, length), start, length);
        }

        private Expression? ReadNumber(int start)
        {
            _position = Characters.NameEnd(text, start, end);
            var length = _position - start;
            if (Numbers.TryParseLocalLabel(text, start, length, out var label, out var forward))
            {
                return new LocalLabelExpression(label, forward, start, length);
            }

            return Numbers.TryParse(text, start, length, out var value)
                ? new NumberExpression(value, start, length)
                : Fail($"'{text.Substring(start, length)}' is not a number of at most 64 bits", start, length);
        }

        private readonly (BinaryOperator Operator, int Length) PeekOperator()
        {
            if (_position >= end)
            {
                return default;
            }

            var next = _position + 1 < end ? text[_position + 1] : '\0';
            return text[_position] switch
            {
                '*' => (BinaryOperator.Multiply, 1),
                '/' => (BinaryOperator.Divide, 1),
                '%' => (BinaryOperator.Modulo, 1),
                '+' => (BinaryOperator.Add, 1),
                '-' => (BinaryOperator.Subtract, 1),
                '^' => (BinaryOperator.Xor, 1),
                '|' => next == '|' ? (BinaryOperator.LogicalOr, 2) : (BinaryOperator.Or, 1),
                '&' => next == '&' ? (BinaryOperator.LogicalAnd, 2) : (BinaryOperator.And, 1),
                '!' => next == '=' ? (BinaryOperator.NotEqual, 2) : (BinaryOperator.OrNot, 1),
                '=' when next == '=' => (BinaryOperator.Equal, 2),
                '<' => next switch
                {
                    '<' => (BinaryOperator.ShiftLeft, 2),
                    '=' => (BinaryOperator.LessOrEqual, 2),
                    '>' => (BinaryOperator.NotEqual, 2),
                    _ => (BinaryOperator.Less, 1),
                },
                '>' => next switch
                {
                    '>' => (BinaryOperator.ShiftRight, 2),
                    '=' => (BinaryOperator.GreaterOrEqual, 2),
                    _ => (BinaryOperator.Greater, 1),
                },
                _ => default,
            };
        }

        private void SkipBlanks() => _position = Characters.SkipBlanks(text, _position, end);

        private Expression? Fail(string message, int start, int length)
        {
            Error ??= new ExpressionError(message, start, length);
            return null;
        }
    }

    /// <summary>How tightly an operator binds; more is tighter.</summary>
    internal static int Rank(BinaryOperator operation) => operation switch
    {
        <= BinaryOperator.ShiftRight => 6,
        <= BinaryOperator.And => 5,
        <= BinaryOperator.Subtract => 4,
        <= BinaryOperator.Greater => 3,
        BinaryOperator.LogicalAnd => 2,
        _ => 1,
    };
}

/// <summary>Why a text is no expression.</summary>
/// <param name="Message">What was expected.</param>
/// <param name="Start">Index of the first character meant.</param>
/// <param name="Length">Number of characters.</param>
public sealed record ExpressionError(string Message, int Start, int Length);
