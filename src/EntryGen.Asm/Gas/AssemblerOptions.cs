namespace EntryGen.Asm.Gas;

/// <summary>What the assembler is given besides text, and the bounds that keep any input finite.</summary>
public sealed record AssemblerOptions
{
    /// <summary>Absolute symbols that exist before the first statement (C# constants of a unit), by name.</summary>
    public IReadOnlyDictionary<string, long> Symbols { get; init; } = new Dictionary<string, long>();

    /// <summary>Macro calls and repetitions inside one another. GNU as has no limit but its memory; kernels need 5.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Statements executed, conditionals and macro calls included.</summary>
    public int MaxStatements { get; init; } = 1_000_000;

    /// <summary>Characters produced by all expansions together.</summary>
    public int MaxExpandedCharacters { get; init; } = 32 * 1024 * 1024;

    /// <summary>The count of one <c>.rept</c>.</summary>
    public int MaxRepetitions { get; init; } = 65_536;

    /// <summary>Parentheses and operators inside one another in one expression.</summary>
    public int MaxExpressionDepth { get; init; } = 256;
}
