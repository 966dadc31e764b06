using System.Collections.Concurrent;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Rules;

/// <summary>Every rule on a kernel tree in which some text is replaced. What a change does not touch is read once for all checks.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public static class KernelRules
{
    private const string Directory = "arch/x86/entry/";
    private static readonly string[] _units = ["entry_64", "entry_64_compat", "entry"];
    private static readonly ConcurrentDictionary<string, FileResolver> _trees = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(string Version, string Unit, string Configuration), Lazy<AssemblyListing>> _listings = new();

    /// <summary>A file of a tree as it is.</summary>
    /// <param name="version">The tree.</param>
    /// <param name="path">The file, from the tree's root.</param>
    public static SourceText Read(string version, string path) =>
        Tree(version).TryRead(path) ?? throw new FileNotFoundException($"{version} has no {path}");

    /// <summary>Looks with every rule, over all feature sets.</summary>
    /// <param name="version">The tree.</param>
    /// <param name="changed">The text that a file has instead of its own; null for the tree as it is.</param>
    /// <param name="defines">Configuration macros to set, <c>NAME=value</c>.</param>
    /// <returns>What was found, suggestions left out; null when the text is no program any more, as the assembler would say too.</returns>
    public static IReadOnlyList<AsmDiagnostic>? TryCheck(string version, SourceText? changed = null, params string[] defines)
    {
        var units = UnitsOf(defines);
        var configuration = string.Join(' ', defines);
        var listings = units.Select(unit => changed is not null && IsReadBy(changed.Path, unit)
            ? ReadUnit(version, unit, new Changed(Tree(version), changed), defines)
            : _listings.GetOrAdd((version, unit, configuration), _ => new(() => ReadUnit(version, unit, Tree(version), defines))).Value).ToList();
        var result = ProgramBuilder.Build(
            [.. units.Zip(listings, (unit, listing) => new ProgramUnit(unit, listing, listing.PreprocessorMacros!))], new ProgramOptions());
        return listings.SelectMany(listing => listing.Diagnostics).Concat(result.Diagnostics).Any(IsFatal)
            ? null
            : [.. RuleSet.Check(new RuleInput(result.Program, listings)).Where(found => found.Descriptor is { Severity: not AsmSeverity.Info, IsOptInForFiles: false })];
    }

    /// <summary>The Program of a tree in which some text is replaced.</summary>
    /// <param name="version">The tree.</param>
    /// <param name="changed">The text that a file has instead of its own.</param>
    /// <param name="entries">Where execution starts.</param>
    /// <param name="defines">Configuration macros to set, <c>NAME=value</c>.</param>
    public static ProgramResult Build(string version, SourceText changed, IReadOnlyList<string> entries, params string[] defines)
    {
        var listings = UnitsOf(defines).Select(unit => (Unit: unit, Listing: ReadUnit(version, unit, new Changed(Tree(version), changed), defines)));
        return ProgramBuilder.Build([.. listings.Select(read => new ProgramUnit(read.Unit, read.Listing, read.Listing.PreprocessorMacros!))], new ProgramOptions { EntrySymbols = entries });
    }

    private static string[] UnitsOf(string[] defines) => defines.Any(define => define.StartsWith("CONFIG_X86_FRED=", StringComparison.Ordinal)) ? [.. _units, "entry_64_fred"] : _units;

    private static bool IsFatal(AsmDiagnostic found) => found.Descriptor.Severity == AsmSeverity.Error || found.Descriptor == ProgramDiagnostics.UnknownMnemonic;

    // A unit reads itself, and every header.
    private static bool IsReadBy(string path, string unit) => !path.EndsWith(".S", StringComparison.Ordinal) || path == Directory + unit + ".S";

    private static FileResolver Tree(string version) => _trees.GetOrAdd(version, name => new FileResolver(KernelTrees.Tree(name)));

    private static AssemblyListing ReadUnit(string version, string unit, ISourceResolver files, IReadOnlyList<string> defines)
    {
        var options = KernelTrees.Options(version);
        options = options with { Defines = [.. options.Defines, .. defines] };
        return AsmReader.Read(files.TryRead($"{Directory}{unit}.S")!, new ReaderOptions { Preprocessor = options }, files);
    }

    private sealed class Changed(ISourceResolver tree, SourceText text) : ISourceResolver
    {
        // A header is also found by way of an include directory.
        public SourceText? TryRead(string path) =>
            path == text.Path || path.EndsWith("/" + text.Path, StringComparison.Ordinal) ? new SourceText(path, text.Text) : tree.TryRead(path);
    }
}
