namespace EntryGen.Asm.Cpp;

/// <summary>A value in a condition: 64 bits, signed or not, with the arithmetic of <c>intmax_t</c> and <c>uintmax_t</c>.</summary>
internal readonly record struct ConditionValue(ulong Bits, bool IsUnsigned)
{
    public static ConditionValue Zero => default;

    public bool IsTrue => Bits != 0;

    public static ConditionValue Of(bool value) => new(value ? 1UL : 0UL, false);

    /// <summary>A binary operator; null for a division by zero.</summary>
    public static ConditionValue? Apply(TokenKind operation, ConditionValue left, ConditionValue right)
    {
        var isUnsigned = left.IsUnsigned || right.IsUnsigned;
        return operation switch
        {
            TokenKind.Plus => new(unchecked(left.Bits + right.Bits), isUnsigned),
            TokenKind.Minus => new(unchecked(left.Bits - right.Bits), isUnsigned),
            TokenKind.Star => new(unchecked(left.Bits * right.Bits), isUnsigned),
            TokenKind.Slash or TokenKind.Percent => right.Bits == 0 ? null : Divide(operation == TokenKind.Slash, left, right, isUnsigned),
            TokenKind.ShiftLeft => Shift(left, right, toLeft: true),
            TokenKind.ShiftRight => Shift(left, right, toLeft: false),
            TokenKind.Ampersand => new(left.Bits & right.Bits, isUnsigned),
            TokenKind.Bar => new(left.Bits | right.Bits, isUnsigned),
            TokenKind.Caret => new(left.Bits ^ right.Bits, isUnsigned),
            TokenKind.EqualEqual => Of(left.Bits == right.Bits),
            TokenKind.NotEqual => Of(left.Bits != right.Bits),
            TokenKind.Less => Of(IsLess(left, right, isUnsigned)),
            TokenKind.Greater => Of(IsLess(right, left, isUnsigned)),
            TokenKind.LessEqual => Of(!IsLess(right, left, isUnsigned)),
            TokenKind.GreaterEqual => Of(!IsLess(left, right, isUnsigned)),
            TokenKind.AndAnd => Of(left.IsTrue && right.IsTrue),
            TokenKind.OrOr => Of(left.IsTrue || right.IsTrue),
            TokenKind.Comma => right,
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
    }

    /// <summary>How tightly a binary operator binds; 0 when it is none.</summary>
    public static int Precedence(TokenKind operation) => operation switch
    {
        TokenKind.Star or TokenKind.Slash or TokenKind.Percent => 12,
        TokenKind.Plus or TokenKind.Minus => 11,
        TokenKind.ShiftLeft or TokenKind.ShiftRight => 10,
        TokenKind.Less or TokenKind.Greater or TokenKind.LessEqual or TokenKind.GreaterEqual => 9,
        TokenKind.EqualEqual or TokenKind.NotEqual => 8,
        TokenKind.Ampersand => 7,
        TokenKind.Caret => 6,
        TokenKind.Bar => 5,
        TokenKind.AndAnd => 4,
        TokenKind.OrOr => 3,
        TokenKind.Question => 2,
        TokenKind.Comma => 1,
        _ => 0,
    };

    private static bool IsLess(ConditionValue left, ConditionValue right, bool isUnsigned) =>
        isUnsigned ? left.Bits < right.Bits : (long)left.Bits < (long)right.Bits;

    /// <summary>Works on magnitudes, so that the smallest number divided by -1 wraps instead of trapping.</summary>
    private static ConditionValue Divide(bool wantsQuotient, ConditionValue left, ConditionValue right, bool isUnsigned)
    {
        var negateLeft = !isUnsigned && (long)left.Bits < 0;
        var negateRight = !isUnsigned && (long)right.Bits < 0;
        var dividend = negateLeft ? unchecked(0UL - left.Bits) : left.Bits;
        var divisor = negateRight ? unchecked(0UL - right.Bits) : right.Bits;
        var result = wantsQuotient ? dividend / divisor : dividend % divisor;
        var negate = wantsQuotient ? negateLeft != negateRight : negateLeft;
        return new(negate ? unchecked(0UL - result) : result, isUnsigned);
    }

    /// <summary>A negative count shifts the other way; a count beyond the width shifts everything out.</summary>
    private static ConditionValue Shift(ConditionValue value, ConditionValue count, bool toLeft)
    {
        var n = count.Bits;
        if (!count.IsUnsigned && (long)n < 0)
        {
            toLeft = !toLeft;
            n = unchecked(0UL - n);
        }

        if (toLeft)
        {
            return new(n > 63 ? 0 : value.Bits << (int)n, value.IsUnsigned);
        }

        return value.IsUnsigned
            ? new(n > 63 ? 0 : value.Bits >> (int)n, true)
            : new((ulong)((long)value.Bits >> (int)Math.Min(n, 63)), false);
    }
}
