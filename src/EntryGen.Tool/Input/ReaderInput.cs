using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Input;

/// <summary>What a command was told to read.</summary>
/// <param name="Preprocessor">The preprocessor's command line.</param>
/// <param name="Resolver">Supplies includes.</param>
/// <param name="Files">The units, in the order given.</param>
/// <param name="Messages">Takes warnings.</param>
internal sealed record ReaderInput(PreprocessorOptions Preprocessor, FileSourceResolver Resolver, IReadOnlyList<SourceText> Files, TextWriter Messages)
{
    /// <summary>Per-CPU variables that the user half maps too.</summary>
    public UserMappedSymbols UserMapped { get; init; } = UserMappedSymbols.None;

    /// <summary>Reads every file as the assembler does, and makes one Program of them.</summary>
    /// <param name="entries">Where execution may start: only what that reaches is kept; null keeps everything.</param>
    /// <exception cref="InputException">There is an error in a file, or in the code that is kept; everything that is wrong is in it.</exception>
    public (IReadOnlyList<ReadUnit> Units, Program Program) Read(Func<IReadOnlyList<ReadUnit>, IReadOnlyList<string>?> entries)
    {
        var (units, program, mistakes) = TryRead(entries);
        Refuse(mistakes, units);
        return (units, program);
    }

    /// <summary>The same with whatever is wrong in the files beside what could be made of them.</summary>
    public (IReadOnlyList<ReadUnit> Units, Program Program, IReadOnlyList<AsmDiagnostic> Mistakes) TryRead(Func<IReadOnlyList<ReadUnit>, IReadOnlyList<string>?> entries)
    {
        var options = new ReaderOptions { Preprocessor = Preprocessor };
        IReadOnlyList<ReadUnit> units = [.. Files.Select(file => new ReadUnit(file, AsmReader.Read(file, options, Resolver)))];
        var mistakes = units.SelectMany(unit => unit.Listing.Diagnostics).ToList();

        // Which entries there are can only be said of files that could be read.
        var reached = mistakes.Any(IsRefused) ? null : entries(units);
        var programs = units.Select(unit => new ProgramUnit(unit.Source.Path, unit.Listing, unit.Listing.PreprocessorMacros!));
        var result = ProgramBuilder.Build([.. programs], new ProgramOptions { EntrySymbols = reached, PerCpu = UserMapped.Variables });
        return (units, result.Program, [.. mistakes, .. FollowUps.Without(mistakes, result.Diagnostics)]);
    }

    /// <summary>The text of the one file with everything it takes from others.</summary>
    /// <param name="header">What its first line says.</param>
    /// <exception cref="InputException">The file has an error.</exception>
    public string Import(string header)
    {
        var (text, listing) = SourceImport.Import(Files[0], new ReaderOptions { Preprocessor = Preprocessor }, Resolver, header);
        Refuse(listing.Diagnostics, [new ReadUnit(Files[0], listing)]);
        return text!;
    }

    /// <summary>Where each file of some units was included first.</summary>
    public static IReadOnlyDictionary<SourceText, SourceSpan> IncludedAt(IReadOnlyList<ReadUnit> units)
    {
        var places = new Dictionary<SourceText, SourceSpan>();
        foreach (var (file, place) in units.SelectMany(unit => unit.Listing.IncludedAt))
        {
            places.TryAdd(file, place);
        }

        return places;
    }

    // Everything is shown, in the order found; an error among it ends the command.
    private void Refuse(IReadOnlyList<AsmDiagnostic> diagnostics, IReadOnlyList<ReadUnit> units)
    {
        var includedAt = IncludedAt(units);
        var lines = diagnostics.SelectMany(found => DiagnosticText.Lines(IsRefused(found) ? AsmSeverity.Error : found.Descriptor.Severity, found, includedAt)).ToList();
        if (diagnostics.Any(IsRefused))
        {
            throw new InputException(lines);
        }

        foreach (var line in lines)
        {
            MessageWriter.Write(Messages, line);
        }
    }

    /// <summary>Whether a finding keeps a file from being read. A word that is no instruction is only a warning to the generator, whose table may lack what a newer assembler knows; here it is an error, as it is to the assembler.</summary>
    public static bool IsRefused(AsmDiagnostic found) => found.Descriptor.Severity == AsmSeverity.Error || found.Descriptor == ProgramDiagnostics.UnknownMnemonic;
}

/// <summary>One file, read without an error.</summary>
/// <param name="Source">The file.</param>
/// <param name="Listing">What the assembler executes.</param>
internal sealed record ReadUnit(SourceText Source, AssemblyListing Listing)
{
    /// <summary>Whether it defines a label.</summary>
    public bool Defines(string symbol) => Listing.Symbols.FindLabel(symbol) is not null;
}
