namespace EntryGen.Asm.Gas;

/// <summary>What the assembler is given besides text, and the bounds that keep any input finite.</summary>
public sealed record AssemblerOptions
{
    /// <summary>Absolute symbols that exist before the first statement (C# constants of a unit), by name.</summary>
    public IReadOnlyDictionary<string, long> Symbols { get; init; } = new Dictionary<string, long>();

    /// <summary>Macro calls and repetitions inside one another; 100 is the limit of GNU as.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Statements read, conditionals and macro calls included. The largest kernel unit needs 17,000.</summary>
    public int MaxStatements { get; init; } = 250_000;

    /// <summary>Characters produced by all expansions together. The largest kernel unit needs 1.2 million.</summary>
    public int MaxExpandedCharacters { get; init; } = 8 * 1024 * 1024;

    /// <summary>The count of one <c>.rept</c>.</summary>
    public int MaxRepetitions { get; init; } = 65_536;

    /// <summary>Parentheses and prefix operators inside one another in one expression.</summary>
    public int MaxExpressionDepth { get; init; } = Expressions.ExpressionParser.DefaultMaxDepth;

    /// <summary>Diagnostics that are kept; reading ends when there are more.</summary>
    public int MaxDiagnostics { get; init; } = 100;
}
