namespace EntryGen.Asm;

/// <summary>Entry code as everything downstream sees it: rules, flow analysis and the emitter read this and nothing before it.</summary>
public sealed class Program
{
    /// <summary>Instructions and alternative sites in layout order.</summary>
    public required IReadOnlyList<CodeItem> Items { get; init; }

    /// <summary>Sections with their place in memory.</summary>
    public required IReadOnlyList<CodeSection> Sections { get; init; }

    /// <summary>Named symbols (numeric labels are resolved and gone) by name; a file-local symbol of a further unit that clashes is suffixed <c>@unit</c>.</summary>
    public required IReadOnlyDictionary<string, ProgramSymbol> Symbols { get; init; }

    /// <summary>What the Program uses and does not define, in order of first use.</summary>
    public required IReadOnlyList<ExternalSymbol> Externals { get; init; }

    /// <summary>Features that choose code, in order of first use.</summary>
    public required IReadOnlyList<CpuFeature> Features { get; init; }

    /// <summary>Integer constants that the environment needs to know (structure offsets from asm-offsets, C# constants), by name.</summary>
    public required IReadOnlyDictionary<string, long> Constants { get; init; }

    /// <summary>Whether the user half of the page tables maps the stacks of tasks too.</summary>
    public bool UserMapsThreadStack { get; init; }

    /// <summary>What sections beside the code say about it.</summary>
    public SideTables Tables { get; init; } = new();
}
