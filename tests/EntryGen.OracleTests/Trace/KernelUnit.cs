using System.Collections.Concurrent;
using System.Reflection;
using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;
using EntryGen.Generators.Emission;
using EntryGen.Kernel;
using EntryGen.OracleTests.Rules;
using EntryGen.Tests.Harness;

namespace EntryGen.OracleTests.Trace;

/// <summary>Entry code of a kernel tree as a running emulator: read, emitted, compiled in memory and loaded.</summary>
internal static class KernelUnit
{
    private static readonly ConcurrentDictionary<string, Lazy<EntryUnit>> _units = new();

    /// <summary>The emulator of a tree's entry_64.S with what it links to; its entries are all that the kernel environment knows and the tree has.</summary>
    public static EntryUnit Of(string version) => _units.GetOrAdd(version, name => new Lazy<EntryUnit>(() => Load(name))).Value;

    /// <summary>The emulator of one entry of entry_64.S alone: whatever other files define is external.</summary>
    public static EntryUnit Alone(string version, string entry) =>
        Load(NameOf(version), ProgramBuilder.Build([KernelPrograms.Unit(version, "entry_64")], new ProgramOptions { EntrySymbols = [entry] }), [entry]);

    /// <summary>The emulator of FRED's entry points (entry_64_fred.S).</summary>
    public static EntryUnit Fred(string version)
    {
        string[] entries = ["asm_fred_entrypoint_user", "asm_fred_entrypoint_kernel"];
        return Load(version, ProgramBuilder.Build([KernelPrograms.Unit(version, "entry_64_fred")], new ProgramOptions { EntrySymbols = entries }), entries);
    }

    /// <summary>The emulator of some entries of entry_64.S with what it links to.</summary>
    public static EntryUnit Only(string version, params string[] entries) => Load(NameOf(version), KernelPrograms.Linked(version, entries), entries);

    /// <summary>The emulator of some entries of a tree in which some text is replaced.</summary>
    public static EntryUnit Changed(string version, SourceText changed, params string[] entries) => Load(version, KernelRules.Build(version, changed, entries), entries);

    /// <summary>The Program that <see cref="Of"/> was written from: the same addresses.</summary>
    public static Program ProgramOf(string version) => KernelPrograms.Linked(version, EntriesOf(version)).Program;

    private static EntryUnit Load(string version)
    {
        var entries = EntriesOf(version);
        return Load(NameOf(version), KernelPrograms.Linked(version, entries), entries);
    }

    private static string[] EntriesOf(string version)
    {
        var defined = KernelPrograms.Linked(version).Program.Symbols;
        return [.. KnownEntries.All.Select(entry => entry.Symbol).Where(defined.ContainsKey)];
    }

    /// <summary>The emulator of a program, compiled in memory and loaded.</summary>
    /// <param name="name">What it is made of.</param>
    /// <param name="result">The program.</param>
    /// <param name="entries">Its entries.</param>
    public static EntryUnit Load(string name, ProgramResult result, string[] entries)
    {
        Assert.DoesNotContain(result.Diagnostics, found => found.Descriptor.Severity == AsmSeverity.Error);
        var target = new EmissionTarget
        {
            UnitName = name,
            Types = [new TargetType("public static class", "Unit")],
            Entries = [.. entries.Select(Entry)],
        };
        var type = InMemoryCompiler.Load(EmulatorEmitter.Emit(result.Program, target)).GetType("Unit", throwOnError: true)!;
        return (EntryUnit)type.GetProperty("EntryUnit", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    private static string NameOf(string version) => $"entry_64 of {version}";

    private static TargetEntry Entry(string symbol) => new("public static", symbol, symbol, KnownEntries.Resolve(symbol, EntryKind.Call).Kind.ToString());
}
