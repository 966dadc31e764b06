using System.Collections.Concurrent;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;

namespace EntryGen.OracleTests;

/// <summary>The kernel's units, read once for all tests.</summary>
public static class KernelPrograms
{
    private static readonly ConcurrentDictionary<(string Version, string Unit), Lazy<ProgramUnit>> _units = new();
    private static readonly ConcurrentDictionary<string, FileResolver> _resolvers = new();
    private static readonly TokenCache _cache = new();

    /// <summary>A unit after the macro engine.</summary>
    public static ProgramUnit Unit(string version, string unit) => _units.GetOrAdd((version, unit), key => new(() => Read(key.Version, key.Unit))).Value;

    /// <summary>All units of a version but FRED's, linked.</summary>
    public static ProgramResult Linked(string version, params string[] entries) =>
        ProgramBuilder.Build(
            [.. KernelTrees.Units.Where(unit => unit.Version == version && unit.Unit != "entry_64_fred").Select(unit => Unit(version, unit.Unit))],
            new ProgramOptions { EntrySymbols = entries.Length == 0 ? null : entries });

    /// <summary>One unit alone.</summary>
    public static ProgramResult Alone(string version, string unit) => ProgramBuilder.Build([Unit(version, unit)], new ProgramOptions());

    private static ProgramUnit Read(string version, string unit)
    {
        var resolver = _resolvers.GetOrAdd(version, key => new FileResolver(KernelTrees.Tree(key)));
        var preprocessed = new Preprocessor(KernelTrees.Options(version), resolver, _cache).Process(KernelTrees.ReadUnit(version, unit));
        Assert.Empty(preprocessed.Diagnostics);
        var listing = new Assembler(new AssemblerOptions()).Assemble(preprocessed.Lines);
        Assert.Empty(listing.Diagnostics);
        return new ProgramUnit(unit, listing, preprocessed.Macros);
    }
}
