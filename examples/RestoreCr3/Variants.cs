using EntryGen;

namespace RestoreCr3;

/// <summary>W: always writes, and asks the processor to keep the TLB unless a flush of the user half is pending.</summary>
[EntryCode(Include = [typeof(NmiMacros)])]
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

    [Entry("NMI_ENTRY", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);
}

/// <summary>S: writes only what differs. The kernel half was never left, so there is nothing to put back.</summary>
[EntryCode(Include = [typeof(NmiMacros)])]
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

    [Entry("NMI_ENTRY", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);
}

/// <summary>F: as S for the kernel half; the user half is always flushed, and the mask is left alone.</summary>
[EntryCode(Include = [typeof(NmiMacros)])]
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

    [Entry("NMI_ENTRY", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);
}

/// <summary>F': always writes what was saved, and always flushes.</summary>
[EntryCode(Include = [typeof(NmiMacros)])]
public static partial class FlushEverything
{
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = """
            ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
            movq    \save_reg, %cr3
        .Lrestored_\@:
        """;

    [Entry("NMI_ENTRY", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);
}
