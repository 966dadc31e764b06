using System.Collections.Concurrent;
using System.Reflection;
using EntryGen.Asm;
using EntryGen.Asm.Diagnostics;
using EntryGen.Generators.Emission;
using EntryGen.Kernel;
using EntryGen.Tests.Harness;

namespace EntryGen.OracleTests.Trace;

/// <summary>Entry code of a kernel tree as a running emulator: read, emitted, compiled in memory and loaded.</summary>
internal static class KernelUnit
{
    /// <summary>Everything the tests enter, so that one compilation per tree serves them all.</summary>
    private static readonly string[] _entries =
    [
        "entry_SYSCALL_64", "asm_exc_page_fault", "asm_exc_general_protection", "asm_exc_int3", "asm_exc_nmi", "asm_exc_machine_check", "asm_exc_debug",
        "asm_exc_double_fault", "asm_exc_vmm_communication", "asm_common_interrupt", "asm_sysvec_apic_timer_interrupt", "asm_int80_emulation",
        "entry_SYSENTER_compat",
    ];

    private static readonly ConcurrentDictionary<string, Lazy<EntryUnit>> _units = new();

    /// <summary>The emulator of a tree's entry_64.S with what it links to.</summary>
    public static EntryUnit Of(string version) => _units.GetOrAdd(version, name => new Lazy<EntryUnit>(() => Load(name))).Value;

    private static EntryUnit Load(string version)
    {
        var files = new FileResolver(KernelTrees.Tree(version));
        string[] names = version == "6.1" ? ["entry_64", "entry_64_compat", "entry", "thunk_64"] : ["entry_64", "entry_64_compat", "entry", "thunk"];
        var units = names.Select(name =>
        {
            var listing = AsmReader.Read(KernelTrees.ReadUnit(version, name), new ReaderOptions { Preprocessor = KernelTrees.Options(version) }, files);
            RefuseErrors(listing.Diagnostics);
            return new ProgramUnit(name, listing, listing.PreprocessorMacros!);
        });
        var result = ProgramBuilder.Build([.. units], new ProgramOptions { EntrySymbols = _entries });
        RefuseErrors(result.Diagnostics);

        var target = new EmissionTarget
        {
            UnitName = $"entry_64 of {version}",
            Types = [new TargetType("public static class", "Unit")],
            Entries = [.. _entries.Select(symbol => new TargetEntry("public static", symbol, symbol, KnownEntries.Resolve(symbol, EntryKind.Call).Kind.ToString()))],
        };
        var type = InMemoryCompiler.Load(EmulatorEmitter.Emit(result.Program, target)).GetType("Unit", throwOnError: true)!;
        return (EntryUnit)type.GetProperty("EntryUnit", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    private static void RefuseErrors(IReadOnlyList<AsmDiagnostic> diagnostics)
    {
        var errors = diagnostics.Where(found => found.Descriptor.Severity == AsmSeverity.Error).ToList();
        Assert.True(errors.Count == 0, string.Join("\n", errors.Take(20)));
    }
}
