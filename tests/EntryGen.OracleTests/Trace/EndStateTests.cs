using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.OracleTests.Trace;

/// <summary>
/// Every entry of both trees gives back what it took, whatever the features, from user code, kernel code and the windows in between; in both forms of
/// execution.
/// </summary>
public sealed class EndStateTests
{
    private static readonly string[] _mitigations =
    [
        "KERNEL_IBRS", "CLEAR_CPU_BUF", "CLEAR_BHB_LOOP", "UNRET", "ENTRY_IBPB", "SRSO", "SRSO_ALIAS", "CALL_DEPTH", "FENCE_SWAPGS_USER",
    ];

    /// <summary>One entry for each way through the code, for the features that choose among the ways.</summary>
    private static readonly string[] _ways =
    [
        "entry_SYSCALL_64", "entry_SYSENTER_compat", "entry_SYSCALL_compat", "asm_int80_emulation",
        "asm_exc_page_fault", "asm_exc_int3", "asm_common_interrupt", "asm_sysvec_apic_timer_interrupt",
        "asm_exc_nmi", "asm_exc_machine_check", "asm_exc_double_fault", "asm_exc_vmm_communication",
    ];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var isolated = KernelOptions.DefaultFeatures;
            var sets = new List<FeatureSet>
            {
                FeatureSet.None, isolated, isolated.Without("PTI"), isolated.Without("PCID"), isolated.Without("PTI", "PCID"), isolated.Without("FSGSBASE"),
                isolated.Without("FSGSBASE", "PTI"), isolated.Without("SMAP"), isolated.With(_mitigations).Without("SRSO_ALIAS"),
            };
            sets.AddRange(_mitigations.Select(name => isolated.With(name)));
            var data = new TheoryData<string, string>();
            foreach (var version in KernelTrees.Versions)
            {
                foreach (var set in sets)
                {
                    data.Add(version, set.ToString());
                }
            }

            return data;
        }
    }

    [KernelTheory]
    [MemberData(nameof(Cases))]
    public void What_was_interrupted_goes_on_unchanged(string version, string features)
    {
        var options = new KernelOptions { Features = new FeatureSet(features.Split(',', StringSplitOptions.RemoveEmptyEntries)) };
        var unit = KernelUnit.Of(version);
        foreach (var symbol in unit.Entries.Keys.Where(entry => options.Features.Equals(KernelOptions.DefaultFeatures) || _ways.Contains(entry)))
        {
            foreach (var start in StartStates.Of(symbol))
            {
                var label = $"{symbol} from {start.From}, CR3 {start.Cr3}, GS {start.Gs}";
                var environment = KernelEnvironment.Create(unit, options);
                var trace = TraceRecorder.Record(environment, symbol, start);
                Assert.True(trace.Returned, $"{label}: {trace.Summary.Stop}");
                var pti = options.Features.Contains("PTI");
                Assert.Equal((label, Changed(symbol, pti)), (label, string.Join(' ', trace.Differences.Select(difference => difference.Register))));
                Assert.Equal((label, options.Pcid || !pti ? 0 : trace.Summary.Cr3Writes), (label, trace.Summary.TlbFlushes));

                // The other form of execution ends in the same state.
                var quick = KernelEnvironment.Create(unit, options);
                Assert.Equal((label, default(Stop)), (label, quick.Start(symbol, start).Run()));
                for (var register = Reg.Rax; register < Reg.Count; register++)
                {
                    Assert.Equal((label, register, environment.Machine[register]), (label, register, quick.Machine[register]));
                }
            }
        }
    }

    [KernelTheory]
    [InlineData("6.1", 57)]
    [InlineData("6.12", 59)]
    public void The_environment_knows_every_entry_of_the_tree(string version, int count)
    {
        var unit = KernelUnit.Of(version);
        Assert.Equal(count, unit.Entries.Count);
        var stubs = KernelPrograms.Linked(version).Program.Symbols.Keys.Where(symbol => symbol.StartsWith("asm_exc_", StringComparison.Ordinal)
            || symbol.StartsWith("asm_sysvec_", StringComparison.Ordinal)
            || symbol.StartsWith("entry_SYS", StringComparison.Ordinal));
        Assert.DoesNotContain(stubs, symbol => KnownEntries.Find(symbol) is null && !_insideAnEntry.Contains(symbol));
    }

    private static readonly string[] _insideAnEntry =
    [
        "entry_SYSCALL_64_safe_stack", "entry_SYSCALL_64_after_hwframe", "entry_SYSRETQ_unsafe_stack", "entry_SYSRETQ_end",
        "entry_SYSENTER_compat_after_hwframe", "entry_SYSCALL_compat_safe_stack", "entry_SYSCALL_compat_after_hwframe",
        "entry_SYSRETL_compat_unsafe_stack", "entry_SYSRETL_compat_end",
    ];

    /// <summary>
    /// What the ABI gives up: the result; for SYSCALL what the instruction overwrites; for SYSENTER what SYSRETL needs, and the status flags where the
    /// switch of CR3 comes before
    /// the PUSHF.
    /// </summary>
    private static string Changed(string symbol, bool pti) => symbol switch
    {
        "entry_SYSCALL_64" or "entry_SYSCALL_compat" or "entry_SYSCALL32_ignore" => "Rax Rcx R11",
        "entry_SYSENTER_compat" => pti ? "Rax Rcx R11 Rflags" : "Rax Rcx R11",
        "asm_int80_emulation" => "Rax",
        _ => "",
    };
}
