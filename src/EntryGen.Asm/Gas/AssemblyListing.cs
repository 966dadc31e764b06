using EntryGen.Asm.Diagnostics;

namespace EntryGen.Asm.Gas;

/// <summary>One unit as the assembler executes it: every macro expanded, every conditional decided.</summary>
public sealed class AssemblyListing
{
    /// <summary>The statements in order; element i has <see cref="Statement.Sequence"/> i.</summary>
    public required IReadOnlyList<Statement> Statements { get; init; }

    /// <summary>Labels and absolute symbols.</summary>
    public required SymbolTable Symbols { get; init; }

    /// <summary>The macros that exist at the end, by lower-case name.</summary>
    public required IReadOnlyDictionary<string, MacroDefinition> Macros { get; init; }

    /// <summary>What is wrong, in order of reading. Everything else was still read.</summary>
    public required IReadOnlyList<AsmDiagnostic> Diagnostics { get; init; }
}
