using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Tool.Input;

/// <summary>What a command was told to read.</summary>
/// <param name="Preprocessor">The preprocessor's command line.</param>
/// <param name="Resolver">Supplies includes.</param>
/// <param name="Files">The units, in the order given.</param>
internal sealed record ReaderInput(PreprocessorOptions Preprocessor, FileSourceResolver Resolver, IReadOnlyList<SourceText> Files)
{
    /// <summary>Reads every file as the assembler does.</summary>
    /// <exception cref="InputException">A file has an error.</exception>
    public IReadOnlyList<ReadUnit> ReadUnits()
    {
        var options = new ReaderOptions { Preprocessor = Preprocessor };
        return [.. Files.Select(file => new ReadUnit(file, WithoutErrors(AsmReader.Read(file, options, Resolver), listing => listing.Diagnostics)))];
    }

    /// <summary>Makes one Program of units.</summary>
    /// <param name="units">The units.</param>
    /// <param name="entries">Where execution may start: only what that reaches is kept; null keeps everything.</param>
    /// <exception cref="InputException">There is an error in the code that is kept.</exception>
    public static Program Link(IReadOnlyList<ReadUnit> units, IReadOnlyList<string>? entries)
    {
        var programs = units.Select(unit => new ProgramUnit(unit.Source.Path, unit.Listing, unit.Listing.PreprocessorMacros!));
        return WithoutErrors(ProgramBuilder.Build([.. programs], new ProgramOptions { EntrySymbols = entries }), result => result.Diagnostics).Program;
    }

    private static T WithoutErrors<T>(T result, Func<T, IReadOnlyList<AsmDiagnostic>> diagnostics)
    {
        var errors = diagnostics(result).Where(IsRefused).ToList();
        return errors switch
        {
            [] => result,
            [var one] => throw new InputException(one.ToString()),
            _ => throw new InputException($"{errors[0]} ({errors.Count - 1} more after this)"),
        };
    }

    /// <summary>A word that is no instruction is only a warning to the generator, whose table may lack what a newer assembler knows. Here it ends the command, as it does the assembler.</summary>
    private static bool IsRefused(AsmDiagnostic found) => found.Descriptor.Severity == AsmSeverity.Error || found.Descriptor == ProgramDiagnostics.UnknownMnemonic;
}

/// <summary>One file, read without an error.</summary>
/// <param name="Source">The file.</param>
/// <param name="Listing">What the assembler executes.</param>
internal sealed record ReadUnit(SourceText Source, AssemblyListing Listing)
{
    /// <summary>Whether it defines a label.</summary>
    public bool Defines(string symbol) => Listing.Symbols.FindLabel(symbol) is not null;
}
