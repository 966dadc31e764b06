using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm;

/// <summary>How a unit is read.</summary>
public sealed record ReaderOptions
{
    /// <summary>Include directories, definitions and bounds of the preprocessor.</summary>
    public PreprocessorOptions Preprocessor { get; init; } = new();

    /// <summary>Symbols and bounds of the assembler.</summary>
    public AssemblerOptions Assembler { get; init; } = new();

    /// <summary>Tokens shared with other readings; null for none.</summary>
    public TokenCache? Cache { get; init; }

    /// <summary>
    /// The unit as it was read before, from another version of its texts; null for none. What an edit leaves is then taken over instead of read; the result is the same.
    /// </summary>
    public AssemblyListing? Previous { get; init; }
}

/// <summary>Reads a unit: preprocessor, then assembler. Operands and addresses are the concern of what comes after.</summary>
public static class AsmReader
{
    /// <summary>Reads one unit. Whatever the input, this returns; what is wrong with it is in the listing.</summary>
    /// <param name="main">The unit's text.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="files">Supplies included files.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AssemblyListing Read(SourceText main, ReaderOptions options, ISourceResolver files, CancellationToken cancellationToken = default)
    {
        var preprocessed = new Preprocessor(options.Preprocessor, files, options.Cache).Process(LineMarkers.Apply(main), options.Previous?.Preprocessing, cancellationToken);
        var assembler = new Assembler(options.Assembler);
        var listing = options.Previous is { } previous
            ? assembler.Assemble(preprocessed.Lines, previous, new SourceVersions(previous.Files, preprocessed.Files), cancellationToken)
            : assembler.Assemble(preprocessed.Lines, cancellationToken);
        var isCircle = preprocessed.Diagnostics.Any(found => found.Descriptor == ReaderDiagnostics.IncludeTooDeep);
        return new AssemblyListing
        {
            Statements = listing.Statements,
            Symbols = listing.Symbols,
            Macros = listing.Macros,
            MacroCalls = listing.MacroCalls,
            PreprocessorMacros = preprocessed.Macros,
            Files = preprocessed.Files,
            IncludedAt = preprocessed.IncludedAt,
            Diagnostics = [.. preprocessed.Diagnostics, .. isCircle ? FollowUps.WithoutRepetitions(listing.Diagnostics) : listing.Diagnostics],
            RepeatedStatements = listing.RepeatedStatements,
            Record = listing.Record,
            Preprocessing = preprocessed.Record,
        };
    }
}
