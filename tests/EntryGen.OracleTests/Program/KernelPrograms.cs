using System.Collections.Concurrent;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests;

/// <summary>The kernel's units, read once for all tests.</summary>
public static class KernelPrograms
{
    private static readonly ConcurrentDictionary<(string Version, string Unit), Lazy<ProgramUnit>> _units = new();

    /// <summary>The preprocessor's macros of an empty text: for units that never saw it.</summary>
    public static MacroTable NoMacros { get; } = new Preprocessor(new PreprocessorOptions(), new FileResolver(".")).Process(new SourceText("none.S", "")).Macros;

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
        var listing = KernelTrees.Read(version, unit);
        Assert.Empty(listing.Diagnostics);
        return new ProgramUnit(unit, listing, listing.PreprocessorMacros!);
    }
}
