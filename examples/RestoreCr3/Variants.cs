using EntryGen;

namespace RestoreCr3;

/// <summary>W: always writes, and asks the processor to keep the TLB unless a flush of the user half is pending.</summary>
[EntryCode(Include = [typeof(EntryMacros)])]
public static partial class WriteNoFlush
{
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = """
            ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
            ALTERNATIVE "jmp .Lwrite_\@", "", X86_FEATURE_PCID
            btq     $PTI_USER_PGTABLE_BIT, \save_reg
            jnc     .Lkeep_\@
            movq    \save_reg, \scratch_reg
            andq    $KERNEL_PCID_MASK, \scratch_reg
            btq     \scratch_reg, PER_CPU_VAR(user_pcid_flush_mask)
            jnc     .Lkeep_\@
            btrq    \scratch_reg, PER_CPU_VAR(user_pcid_flush_mask)
            jmp     .Lwrite_\@
        .Lkeep_\@:
            btsq    $CR3_NOFLUSH_BIT, \save_reg
        .Lwrite_\@:
            movq    \save_reg, %cr3
        .Lrestored_\@:
        """;

    [Entry("PARANOID_ENTRY handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_ENTRY handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);

    [Entry("SYSCALL_ENTRY", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [CFunction]
    private static void do_syscall(ref Cpu cpu) => cpu.Rax = 0;
}

/// <summary>S: writes only what differs. The kernel half was never left, so there is nothing to put back.</summary>
[EntryCode(Include = [typeof(EntryMacros)])]
public static partial class SkipKernel
{
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = """
            ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
            btq     $PTI_USER_PGTABLE_BIT, \save_reg
            jnc     .Lrestored_\@
            ALTERNATIVE "jmp .Lwrite_\@", "", X86_FEATURE_PCID
            movq    \save_reg, \scratch_reg
            andq    $KERNEL_PCID_MASK, \scratch_reg
            btrq    \scratch_reg, PER_CPU_VAR(user_pcid_flush_mask)
            jc      .Lwrite_\@
            btsq    $CR3_NOFLUSH_BIT, \save_reg
        .Lwrite_\@:
            movq    \save_reg, %cr3
        .Lrestored_\@:
        """;

    [Entry("PARANOID_ENTRY handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_ENTRY handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);

    [Entry("SYSCALL_ENTRY", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [CFunction]
    private static void do_syscall(ref Cpu cpu) => cpu.Rax = 0;
}

/// <summary>F: as S for the kernel half; the user half is always flushed, and the mask is left alone.</summary>
[EntryCode(Include = [typeof(EntryMacros)])]
public static partial class FlushUser
{
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = """
            ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
            btq     $PTI_USER_PGTABLE_BIT, \save_reg
            jnc     .Lrestored_\@
            movq    \save_reg, %cr3
        .Lrestored_\@:
        """;

    [Entry("PARANOID_ENTRY handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_ENTRY handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);

    [Entry("SYSCALL_ENTRY", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [CFunction]
    private static void do_syscall(ref Cpu cpu) => cpu.Rax = 0;
}

/// <summary>F': always writes what was saved, and always flushes.</summary>
[EntryCode(Include = [typeof(EntryMacros)])]
public static partial class FlushEverything
{
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = """
            ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
            movq    \save_reg, %cr3
        .Lrestored_\@:
        """;

    [Entry("PARANOID_ENTRY handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_ENTRY handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);

    [Entry("SYSCALL_ENTRY", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [CFunction]
    private static void do_syscall(ref Cpu cpu) => cpu.Rax = 0;
}

/// <summary>C: as W, but looks at what is loaded first, and writes only what differs. Needs a CR3 read, and the scratch register twice.</summary>
[EntryCode(Include = [typeof(EntryMacros)])]
public static partial class CompareFirst
{
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = """
            ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
            movq    %cr3, \scratch_reg
            cmpq    \scratch_reg, \save_reg
            je      .Lrestored_\@
            ALTERNATIVE "jmp .Lwrite_\@", "", X86_FEATURE_PCID
            btq     $PTI_USER_PGTABLE_BIT, \save_reg
            jnc     .Lkeep_\@
            movq    \save_reg, \scratch_reg
            andq    $KERNEL_PCID_MASK, \scratch_reg
            btrq    \scratch_reg, PER_CPU_VAR(user_pcid_flush_mask)
            jc      .Lwrite_\@
        .Lkeep_\@:
            btsq    $CR3_NOFLUSH_BIT, \save_reg
        .Lwrite_\@:
            movq    \save_reg, %cr3
        .Lrestored_\@:
        """;

    [Entry("PARANOID_ENTRY handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_ENTRY handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);

    [Entry("SYSCALL_ENTRY", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [CFunction]
    private static void do_syscall(ref Cpu cpu) => cpu.Rax = 0;
}

/// <summary>X: writes nothing at all, not even where the user's CR3 was saved. Nobody proposed it; it shows what a wrong answer looks like.</summary>
[EntryCode(Include = [typeof(EntryMacros)])]
public static partial class SkipAlways
{
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = "";

    [Entry("PARANOID_ENTRY handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_ENTRY handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);

    [Entry("SYSCALL_ENTRY", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [CFunction]
    private static void do_syscall(ref Cpu cpu) => cpu.Rax = 0;
}
