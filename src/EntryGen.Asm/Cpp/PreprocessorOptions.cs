namespace EntryGen.Asm.Cpp;

/// <summary>What the command line gives to a preprocessor, and the bounds it keeps. A bound that is hit is an error, never a silent cut.</summary>
public sealed record PreprocessorOptions
{
    /// <summary>The directories of <c>-I</c>, in the order in which they are searched.</summary>
    public IReadOnlyList<string> IncludeDirectories { get; init; } = [];

    /// <summary>The files of <c>-include</c>, read in order before the main text. A name is tried as it is, then in <see cref="IncludeDirectories"/>.</summary>
    public IReadOnlyList<string> ForcedIncludes { get; init; } = [];

    /// <summary>The macros of <c>-D</c>: <c>NAME</c> (as 1), <c>NAME=value</c> or <c>NAME(parameters)=value</c>.</summary>
    public IReadOnlyList<string> Defines { get; init; } = [];

    /// <summary>Whether the lines that were read are kept, for <see cref="SourceImport"/>.</summary>
    internal bool KeepsLines { get; init; }

    /// <summary>How many files may include each other; 200 is gcc's default too.</summary>
    public int MaxIncludeDepth { get; init; } = 200;

    /// <summary>How many macro expansions may be in progress inside each other.</summary>
    public int MaxExpansionDepth { get; init; } = 256;

    /// <summary>How many lines with something on them the unit and its includes may have together; a file counts each time it is included.</summary>
    public int MaxLines { get; init; } = 2_000_000;

    /// <summary>How many tokens all macro expansions together may produce.</summary>
    public int MaxExpandedTokens { get; init; } = 1_000_000;

    /// <summary>How many characters may be written out or made by <c>#</c> and <c>##</c>. A change of origin counts as twelve.</summary>
    public int MaxOutputCharacters { get; init; } = 8 * 1024 * 1024;

    /// <summary>How many diagnostics are kept; reading ends when there are more.</summary>
    public int MaxDiagnostics { get; init; } = 100;
}
