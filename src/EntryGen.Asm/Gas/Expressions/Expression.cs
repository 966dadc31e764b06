namespace EntryGen.Asm.Gas.Expressions;

/// <summary>An expression as GNU as reads it, not yet evaluated: symbols get their values at the statement that uses them.</summary>
/// <param name="Start">Index of its first character in the text it was parsed from.</param>
/// <param name="Length">Number of characters.</param>
public abstract record Expression(int Start, int Length)
{
    /// <summary>Index behind its last character.</summary>
    public int End => Start + Length;
}

/// <summary>An integer, modulo 2^64.</summary>
public sealed record NumberExpression(long Value, int Start, int Length) : Expression(Start, Length);

/// <summary>A named symbol.</summary>
public sealed record SymbolExpression(string Name, int Start, int Length) : Expression(Start, Length);

/// <summary><c>1f</c> or <c>1b</c>: the nearest definition of a numeric label, following or preceding.</summary>
public sealed record LocalLabelExpression(int Number, bool Forward, int Start, int Length) : Expression(Start, Length);

/// <summary><c>.</c>, the place of the statement.</summary>
public sealed record LocationExpression(int Start, int Length) : Expression(Start, Length);

/// <summary><c>%rax</c>; registers can only be compared.</summary>
/// <param name="Name">Lower case, without the percent sign.</param>
/// <param name="Start">Index of the percent sign.</param>
/// <param name="Length">Number of characters.</param>
public sealed record RegisterExpression(string Name, int Start, int Length) : Expression(Start, Length);

/// <summary>A prefix operator.</summary>
public sealed record UnaryExpression(UnaryOperator Operator, Expression Operand, int Start, int Length) : Expression(Start, Length);

/// <summary>An infix operator.</summary>
public sealed record BinaryExpression(BinaryOperator Operator, Expression Left, Expression Right, int Start, int Length) : Expression(Start, Length);

/// <summary>Prefix operators.</summary>
public enum UnaryOperator
{
    /// <summary><c>-</c></summary>
    Negate,

    /// <summary><c>~</c></summary>
    Complement,

    /// <summary><c>!</c>: 1 for zero, 0 for everything else.</summary>
    LogicalNot,
}

/// <summary>Infix operators.</summary>
public enum BinaryOperator
{
    /// <summary><c>*</c></summary>
    Multiply,

    /// <summary><c>/</c>, truncating.</summary>
    Divide,

    /// <summary><c>%</c></summary>
    Modulo,

    /// <summary><c>&lt;&lt;</c></summary>
    ShiftLeft,

    /// <summary><c>&gt;&gt;</c>, filling with zeros.</summary>
    ShiftRight,

    /// <summary><c>|</c></summary>
    Or,

    /// <summary><c>!</c> between operands: or with the complement.</summary>
    OrNot,

    /// <summary><c>^</c></summary>
    Xor,

    /// <summary><c>&amp;</c></summary>
    And,

    /// <summary><c>+</c></summary>
    Add,

    /// <summary><c>-</c></summary>
    Subtract,

    /// <summary><c>==</c>; true is -1, as for all comparisons.</summary>
    Equal,

    /// <summary><c>!=</c> or <c>&lt;&gt;</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c>, signed.</summary>
    Less,

    /// <summary><c>&lt;=</c>, signed.</summary>
    LessOrEqual,

    /// <summary><c>&gt;=</c>, signed.</summary>
    GreaterOrEqual,

    /// <summary><c>&gt;</c>, signed.</summary>
    Greater,

    /// <summary><c>&amp;&amp;</c>; true is 1.</summary>
    LogicalAnd,

    /// <summary><c>||</c>; true is 1.</summary>
    LogicalOr,
}
