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
        "entry_SYSCALL_64", "entry_SYSENTER_compat", "asm_int80_emulation",
        "asm_exc_page_fault", "asm_exc_general_protection", "asm_exc_int3", "asm_common_interrupt", "asm_sysvec_apic_timer_interrupt",
        "asm_exc_nmi", "asm_exc_machine_check", "asm_exc_debug", "asm_exc_double_fault", "asm_exc_vmm_communication",
    ];

    private static readonly ConcurrentDictionary<string, Lazy<EntryUnit>> _units = new();

    /// <summary>The emulator of a tree's entry_64.S with what it links to.</summary>
    public static EntryUnit Of(string version) =>
        _units.GetOrAdd(version, name => new Lazy<EntryUnit>(() => Load(name, KernelPrograms.Linked(name, _entries), _entries))).Value;

    /// <summary>The emulator of one entry of entry_64.S alone: whatever other files define is external.</summary>
    public static EntryUnit Alone(string version, string entry) =>
        Load(version, ProgramBuilder.Build([KernelPrograms.Unit(version, "entry_64")], new ProgramOptions { EntrySymbols = [entry] }), [entry]);

    private static EntryUnit Load(string version, ProgramResult result, string[] entries)
    {
        Assert.DoesNotContain(result.Diagnostics, found => found.Descriptor.Severity == AsmSeverity.Error);
        var target = new EmissionTarget
        {
            UnitName = $"entry_64 of {version}",
            Types = [new TargetType("public static class", "Unit")],
            Entries = [.. entries.Select(Entry)],
        };
        var type = InMemoryCompiler.Load(EmulatorEmitter.Emit(result.Program, target)).GetType("Unit", throwOnError: true)!;
        return (EntryUnit)type.GetProperty("EntryUnit", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    private static TargetEntry Entry(string symbol) => new("public static", symbol, symbol, KnownEntries.Resolve(symbol, EntryKind.Call).Kind.ToString());
}
