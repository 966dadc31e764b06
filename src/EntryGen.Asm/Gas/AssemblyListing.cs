using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

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

    /// <summary>The calls of macros that were expanded, in the order of their expansion.</summary>
    public required IReadOnlyList<MacroCall> MacroCalls { get; init; }

    /// <summary>The preprocessor's macros at the end; null when the lines did not come from one.</summary>
    public MacroTable? PreprocessorMacros { get; init; }

    /// <summary>Every file that was read, the main one first; empty when the lines did not come from the preprocessor.</summary>
    public IReadOnlyList<SourceText> Files { get; init; } = [];

    /// <summary>The file name in the #include by which each file came in first; empty when the lines did not come from the preprocessor.</summary>
    public IReadOnlyDictionary<SourceText, SourceSpan> IncludedAt { get; init; } = new Dictionary<SourceText, SourceSpan>();

    /// <summary>What is wrong, the preprocessor's findings first. Everything else was still read.</summary>
    public required IReadOnlyList<AsmDiagnostic> Diagnostics { get; init; }

    /// <summary>How many of the statements were taken over from the previous reading.</summary>
    public int RepeatedStatements { get; init; }

    /// <summary>What the next reading of the unit can use.</summary>
    internal ReadingRecord? Record { get; init; }

    /// <summary>What its preprocessor can use; null when the lines did not come from one.</summary>
    internal PreprocessorRecord? Preprocessing { get; init; }
}
