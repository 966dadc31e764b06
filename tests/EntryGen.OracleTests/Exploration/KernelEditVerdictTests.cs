using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;
using EntryGen.OracleTests.Rules.Edits;
using EntryGen.OracleTests.Trace;

namespace EntryGen.OracleTests.Exploration;

/// <summary>Mistakes of one line in the kernel's entry code, each with a property that it must break; and other ways to write what is there, which must hold.</summary>
public sealed class KernelEditVerdictTests
{
    private const string Main = "entry_64.S", Compatible = "entry_64_compat.S", Macros = "calling.h";
    private const string Switch = "SWITCH_TO_USER_CR3(_NOSTACK)?", Restore = "(PARANOID_)?RESTORE_CR3", Number = "asm_exc_divide_error", Page = "asm_exc_page_fault";

    private static readonly StartState _window = StartState.Kernel with { Cr3 = Side.User, Gs = Side.User };
    private static readonly FeatureSet _noPcid = KernelOptions.DefaultFeatures.Without("PCID");
    private static readonly FeatureSet _noFsGsBase = KernelOptions.DefaultFeatures.Without("FSGSBASE");
    private static readonly FeatureSet _ibrs = new([.. KernelOptions.DefaultFeatures, "KERNEL_IBRS"]);

    private static readonly (KernelEdit Edit, string Entry, StartState Start, string Broken, FeatureSet? Features, HandlerEffect[] Effects)[] _cases =
    [
        // Page tables.
        Case(Macros, "SAVE_AND_SWITCH_TO_KERNEL_CR3", @"movq\s+\\scratch_reg, \\save_reg", null, "asm_exc_nmi", _window, "P1.4|cr3-pcid"),
        Case(Macros, "SAVE_AND_SWITCH_TO_KERNEL_CR3", @"bt\s+\$PTI_USER_PGTABLE_BIT, \\scratch_reg", "bt $PTI_USER_PGTABLE_BIT, \\save_reg", "asm_exc_nmi", _window, ""),
        Case(Macros, Switch, @"orq\s+\$\(PTI_USER_PGTABLE_MASK\).*", null, "entry_SYSCALL_64", StartState.User, "P1.6", _noPcid),
        Case(Macros, Switch, @"orq\s+\$\(PTI_USER_PGTABLE_MASK\).*", null, "entry_SYSCALL_64", StartState.User, "cr3-pcid"),
        Case(Macros, Switch, @"SET_NOFLUSH_BIT \\scratch_reg", null, "entry_SYSCALL_64", StartState.User, ""),
        Case(Macros, Switch, @"jnc\s+\.Lnoflush_\\@", null, "entry_SYSCALL_64", StartState.User, ""),
        Case(Macros, Switch, @"jnc\s+\.Lnoflush_\\@", "jc .Lnoflush_\\@", "entry_SYSCALL_64", StartState.User, "P1.2"),
        Case(Macros, "ADJUST_KERNEL_CR3", "PTI_USER_PGTABLE_AND_PCID_MASK", "PTI_USER_PGTABLE_MASK", "entry_SYSCALL_64", StartState.User, "cr3-pcid"),
        Case(Macros, "ADJUST_KERNEL_CR3", "PTI_USER_PGTABLE_AND_PCID_MASK", "PTI_USER_PGTABLE_MASK", "entry_SYSCALL_64", StartState.User, "", _noPcid),
        Case(Macros, "ADJUST_KERNEL_CR3", "ALTERNATIVE.*", "SET_NOFLUSH_BIT \\reg", "entry_SYSCALL_64", StartState.User, "no-fault", _noPcid),
        Case(Macros, "ADJUST_KERNEL_CR3", "ALTERNATIVE.*", null, "entry_SYSCALL_64", StartState.User, ""),
        Case(Macros, "ADJUST_KERNEL_CR3", @"andq.*", "xorq $0x1800, \\reg", "asm_exc_nmi", _window, ""),
        Case(Macros, Restore, @"btr\s", "bt ", "asm_exc_nmi", _window, "", null, HandlerEffect.None, HandlerEffect.FlushMask),

        // Registers and pt_regs.
        Case(Macros, "POP_REGS", @"popq %r15", "popq %r14", "asm_exc_nmi", StartState.Kernel, "registers"),
        Case(Macros, "PUSH_REGS", @"pushq\s+%r9\b.*", "pushq %r8", Page, StartState.User, "pt-regs"),
        Case(Macros, "CLEAR_REGS", @"xorl\s+%r14d.*", null, "asm_exc_debug", StartState.Kernel, ""),
        Case(Macros, "CLEAR_REGS", @"xorl\s+%r14d.*", "xorq %r14, %r14", "asm_exc_debug", _window, ""),
        Case(Main, "entry_SYSCALL_64", @"pushq\s+%rcx\b.*", "pushq %r11", "entry_SYSCALL_64", StartState.User, "pt-regs"),
        Case(Main, "entry_SYSCALL_64_after_hwframe", @"pushq\s+%rax\b.*", "pushq %rcx", "entry_SYSCALL_64", StartState.User, "pt-regs"),
        Case(Compatible, "entry_SYSCALL_compat", @"movl\s+%esp, %r8d", null, "entry_SYSCALL_compat", StartState.User, "pt-regs"),
        Case(Compatible, "entry_SYSCALL_compat_after_hwframe", @"rcx=%rbp", "", "entry_SYSCALL_compat", StartState.User, "pt-regs"),
        Case(Compatible, "entry_SYSRETL_compat_unsafe_stack", @"scratch_reg=%r8", "scratch_reg=%rdi", "entry_SYSCALL_compat", StartState.User, "registers"),

        // GS, stacks and flags.
        Case(Main, "paranoid_entry", @"\bjs\b", "jns", "asm_exc_nmi", StartState.Kernel, "c-gs", _noFsGsBase),
        Case(Main, "paranoid_entry", @"xorl\s+%ebx, %ebx", null, "asm_exc_debug", StartState.Kernel with { Gs = Side.User }, "gs", _noFsGsBase),
        Case(Main, "paranoid_exit", @"wrgsbase.*", null, "asm_exc_debug", StartState.Kernel with { Gs = Side.User }, "gs"),
        Case(Main, "paranoid_exit", @"wrgsbase.*", null, "asm_exc_debug", StartState.Kernel, ""),
        Case(Main, "error_entry", @"leaq\s+8\(%rsp\), %rax.*", "leaq 16(%rsp), %rax", Page, StartState.Kernel, "pt-regs"),
        Case(Main, "error_return", @"\bjz\b", "jnz", Page, StartState.User, "return|P1.6|no-fault"),
        Case(Main, "idtentry", @"^\s*cld", null, Page, StartState.User, "c-flags"),
        Case(Main, "idtentry", @"ASM_CLAC", null, Page, StartState.User, "c-flags"),
        Case(Main, "idtentry", @"pushq\s+\$-1.*", null, Number, StartState.User, "entry-frame"),

        // NMI, IBRS.
        Case(Main, "end_repeat_nmi", @"movq\s+\$0, 5\*8\(%rsp\).*", null, "asm_exc_nmi", StartState.Kernel, "no-lost-nmi"),
        Case(Main, "asm_exc_nmi", @"jz\s+\.Lnmi_from_kernel", "jnz .Lnmi_from_kernel", "asm_exc_nmi", StartState.User, "c-stack"),
        Case(Macros, "IBRS_EXIT", @"^\s*wrmsr", null, "entry_SYSCALL_64", StartState.User, "spec-ctrl", _ibrs),
        Case(Macros, "IBRS_ENTER", @"^\s*wrmsr", null, "entry_SYSCALL_64", StartState.User, "c-ibrs", _ibrs),
        Case(Main, "paranoid_exit", @"IBRS_EXIT save_reg=%r15", "IBRS_EXIT", "asm_exc_debug", StartState.Kernel, "spec-ctrl", _ibrs),
    ];

    [KernelFact]
    public void An_edit_breaks_what_it_must_and_nothing_where_it_changes_nothing() => Assert.Empty(
        KernelTrees.Versions.SelectMany(version => _cases.Select(one => (version, one)))
            .AsParallel().AsOrdered().Select(item => Mistake(item.version, item.one)).Where(mistake => mistake is not null));

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    private static string? Mistake(string version, (KernelEdit Edit, string Entry, StartState Start, string Broken, FeatureSet? Features, HandlerEffect[] Effects) one)
    {
        string[] entries = [one.Entry, .. ScenarioEntries.Of(InjectedEvents.All).Where(handler => handler != one.Entry)];
        var result = EntryScenario.Of(KernelUnit.Changed(version, one.Edit.Apply(version), entries), one.Entry).From(one.Start)
            .With(one.Features ?? KernelOptions.DefaultFeatures).MayDo(one.Effects).Inject(InjectedEvents.All).Within(new ExplorationBounds { Threads = 1 }).Explore();
        var violated = result.Properties.Where(property => property.Counterexample is not null).Select(property => property.Property.Id).ToList();
        var isRight = one.Broken.Length == 0 ? violated.Count == 0 && result.Cuts.Count == 0 : one.Broken.Split('|').Any(violated.Contains);
        return isRight ? null : $"{version} {one.Edit}: expected '{one.Broken}', found '{string.Join(' ', violated)}'";
    }

    private static (KernelEdit, string, StartState, string, FeatureSet?, HandlerEffect[]) Case(
        string file, string scope, string pattern, string? replacement, string entry, StartState start, string broken, FeatureSet? features = null, params HandlerEffect[] effects) =>
        (new KernelEdit(file, scope, pattern, 0, replacement?.Replace("$", "$$", StringComparison.Ordinal), ""), entry, start, broken, features, effects);
}
