using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>What preprocessing one unit gave.</summary>
public sealed class PreprocessorResult
{
    /// <summary>The text, line by line; lines without a token are left out.</summary>
    public required IReadOnlyList<LogicalLine> Lines { get; init; }

    /// <summary>The macros as they stand at the end.</summary>
    public required MacroTable Macros { get; init; }

    /// <summary>What was wrong, in the order found.</summary>
    public required IReadOnlyList<AsmDiagnostic> Diagnostics { get; init; }

    /// <summary>Every file that was read, in the order first read, the main one first.</summary>
    public required IReadOnlyList<SourceText> Files { get; init; }

    /// <summary>The file name in the #include by which each file came in first; the unit itself and forced includes have none.</summary>
    public required IReadOnlyDictionary<SourceText, SourceSpan> IncludedAt { get; init; }

    /// <summary>The lines that were read, in order, if the options asked for them.</summary>
    internal IReadOnlyList<LineRead> LinesRead { get; init; } = [];

    /// <summary>What the next run of the unit can use.</summary>
    internal PreprocessorRecord? Record { get; init; }
}
