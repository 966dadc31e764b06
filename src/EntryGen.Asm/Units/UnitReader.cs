using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Units;

/// <summary>Reads a unit from its inputs to a Program: the one way there is, for the generator, the analyzer and tools.</summary>
public static class UnitReader
{
    /// <summary>Reads a unit. Whatever the inputs, this returns; what is wrong with them is in the result. Hosts that ask again use <see cref="UnitReadings"/>.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static UnitReading Read(UnitInputs inputs, CancellationToken cancellation = default) => Read(inputs, new FileCache(), cancellation);

    /// <summary>Reads a unit, taking files from a cache as far as they are there.</summary>
    internal static UnitReading Read(UnitInputs inputs, FileCache cache, CancellationToken cancellation)
    {
        var texts = new UnitTexts(inputs, cache);
        try
        {
            return Read(inputs, texts, cache, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new UnitReading { Inputs = inputs, Findings = [texts.Trace(Failure(inputs, "reading", exception))] };
        }
    }

    /// <summary>The finding that stands for an exception. A component that throws takes the compiler's explanation with it: the author would see that something failed, not where.</summary>
    internal static AsmDiagnostic Failure(UnitInputs inputs, string activity, Exception exception) => new(
        SurfaceDiagnostics.ReaderFailed,
        $"EntryGen failed while {activity} '{inputs.Declaration.Name}', which is a defect of EntryGen: {exception.GetType().Name}: {exception.Message}",
        null);

    private static UnitReading Read(UnitInputs inputs, UnitTexts texts, FileCache cache, CancellationToken cancellation)
    {
        var unit = inputs.Declaration;
        var files = new UnitFiles(inputs, texts);
        var findings = DeclarationChecks.Check(unit).ToList();
        if (findings.Count > 0 || ComposeMain(unit, files, texts, findings) is not { } main)
        {
            return new UnitReading { Inputs = inputs, Findings = findings };
        }

        var listing = AsmReader.Read(
            main,
            new ReaderOptions
            {
                Preprocessor = new PreprocessorOptions { Defines = [.. unit.ProjectDefines, .. unit.Defines], IncludeDirectories = files.SearchPath },
                Assembler = new AssemblerOptions { Symbols = SymbolsOf(unit) },
                Cache = cache.Tokens,
                Previous = cache.Listings.Find(unit.Key),
            },
            files,
            cancellation);
        cache.Listings.Keep(unit.Key, listing);
        Add(listing.Diagnostics);

        var result = ProgramBuilder.Build(
            [new ProgramUnit(unit.Name, listing, listing.PreprocessorMacros!)],
            new ProgramOptions
            {
                EntrySymbols = UnitEntries.Check(unit, listing, findings),
                PerCpu = [.. All(unit).SelectMany(part => part.PerCpu).Select(AsVariable)],
                Constants = SymbolsOf(unit),
                UserMapsThreadStack = unit.UserMapsThreadStack,
            },
            cancellation);
        Add(result.Diagnostics);
        UnitEntries.CheckFunctions(unit, result.Program, findings);

        var reading = new UnitReading { Inputs = inputs, Findings = findings, RepeatedStatements = listing.RepeatedStatements };
        return reading.HasErrors ? reading : new UnitReading
        {
            Inputs = inputs,
            Findings = findings,
            Program = result.Program,
            Listing = listing,
            Texts = texts,
            RepeatedStatements = listing.RepeatedStatements,
        };

        void Add(IReadOnlyList<AsmDiagnostic> diagnostics) =>
            findings.AddRange(FollowUps.Without([.. findings.Select(finding => finding.Diagnostic)], diagnostics).Select(texts.Trace));
    }

    private static SourceText? ComposeMain(UnitDeclaration unit, UnitFiles files, UnitTexts texts, List<UnitFinding> findings)
    {
        if (unit.Source is not { } name)
        {
            var own = All(unit).SelectMany(part => part.Macros.Select(macro => macro.Name).Concat(part.Constants.Select(constant => constant.Name)));
            return SourceText.Compose(unit.Name, [Prelude.Text, Prelude.MakeRoom(own), .. LiteralUnit.Macros(unit, texts), .. LiteralUnit.Entries(unit, texts)]);
        }

        var found = files.FindBySuffix(name);
        if (found.Count == 1 && files.Read(found[0]) is { } source)
        {
            var macros = LiteralUnit.Macros(unit, texts).ToList();
            return macros.Count == 0 ? source : SourceText.Compose(source.Path, [.. macros, source]);
        }

        findings.Add(SourceFinding(unit, name, found, files));
        return null;
    }

    private static UnitFinding SourceFinding(UnitDeclaration unit, string name, IReadOnlyList<string> found, UnitFiles files)
    {
        var (descriptor, message) = found.Count switch
        {
            0 => (SurfaceDiagnostics.SourceNotFound, $"No AdditionalFiles item is named '{name}'; {Describe(files.Sources)}."),
            1 => (SurfaceDiagnostics.SourceNotFound, $"The AdditionalFiles item '{found[0]}' cannot be read."),
            _ => (SurfaceDiagnostics.SourceAmbiguous, $"'{name}' fits {found.Count} AdditionalFiles items; give more of the path to choose one of {List(found)}."),
        };
        return new UnitFinding(new AsmDiagnostic(descriptor, message, null), new UnitPlace(UnitPart.Declaration, unit.Key, "Source"), default);
    }

    private static string Describe(IReadOnlyList<string> sources) =>
        sources.Count == 0 ? "the project has no item that ends in .S" : $"the assembly files among them are {List(sources)}";

    private static string List(IReadOnlyList<string> paths)
    {
        const int Most = 8;
        return string.Join(", ", paths.Take(Most)) + (paths.Count > Most ? $" and {paths.Count - Most} more" : "");
    }

    private static Dictionary<string, long> SymbolsOf(UnitDeclaration unit)
    {
        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var constant in All(unit).SelectMany(part => part.Constants))
        {
            symbols[constant.Name] = constant.Value;
        }

        return symbols;
    }

    private static IEnumerable<UnitDeclaration> All(UnitDeclaration unit) => unit.Includes.Append(unit);

    private static PerCpuVariable AsVariable(PerCpuDeclaration variable) =>
        new(variable.Name, (ulong)variable.Place, variable.Size, variable.UserMapped);
}
