using EntryGen;

namespace RestoreCr3;

/// <summary>How entry code moves between the two halves of the page tables under page-table isolation.</summary>
/// <remarks>
/// Each process has a pair of top-level tables, 8 KiB aligned: the kernel's in the lower page, the user's in the upper one, so that bit 12 of CR3 says
/// which is in use. With PCIDs, bit 11 does the same for the TLB tag. Bit 63 of a value written to CR3 asks the processor to keep the TLB entries of the tag.
/// </remarks>
[EntryCode]
public static partial class Cr3Macros
{
    private const int PTI_USER_PCID_BIT = 11;
    private const int PTI_USER_PGTABLE_BIT = 12;
    private const int PTI_USER_MASK = (1 << PTI_USER_PCID_BIT) | (1 << PTI_USER_PGTABLE_BIT);
    private const int KERNEL_PCID_MASK = (1 << PTI_USER_PCID_BIT) - 1;
    private const int CR3_NOFLUSH_BIT = 63;

    /// <summary>Bit n: the user half's TLB entries of PCID n are out of date and must go before user code runs again.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ushort> user_pcid_flush_mask { get; }

    /// <summary>Turns a user CR3 value into the kernel's: both halves' bits cleared, TLB kept when entries are tagged.</summary>
    [Macro("reg:req")]
    private const string ADJUST_KERNEL_CR3 = """
            ALTERNATIVE "", "btsq $CR3_NOFLUSH_BIT, \reg", X86_FEATURE_PCID
            andq    $~PTI_USER_MASK, \reg
        """;

    /// <summary>From user mode: CR3 is the user's.</summary>
    [Macro("scratch_reg:req")]
    private const string SWITCH_TO_KERNEL_CR3 = """
            ALTERNATIVE "jmp .Lkernel_done_\@", "", X86_FEATURE_PTI
            movq    %cr3, \scratch_reg
            ADJUST_KERNEL_CR3 \scratch_reg
            movq    \scratch_reg, %cr3
        .Lkernel_done_\@:
        """;

    /// <summary>To user mode: keeps the user's TLB entries unless a flush is pending for them.</summary>
    [Macro("scratch_reg:req scratch_reg2:req")]
    private const string SWITCH_TO_USER_CR3 = """
            ALTERNATIVE "jmp .Luser_done_\@", "", X86_FEATURE_PTI
            movq    %cr3, \scratch_reg
            ALTERNATIVE "jmp .Luser_untagged_\@", "", X86_FEATURE_PCID
            movq    \scratch_reg, \scratch_reg2
            andq    $KERNEL_PCID_MASK, \scratch_reg2
            btrq    \scratch_reg2, PER_CPU_VAR(user_pcid_flush_mask)
            jc      .Luser_flush_\@
            btsq    $CR3_NOFLUSH_BIT, \scratch_reg
        .Luser_flush_\@:
            btsq    $PTI_USER_PCID_BIT, \scratch_reg
        .Luser_untagged_\@:
            btsq    $PTI_USER_PGTABLE_BIT, \scratch_reg
            movq    \scratch_reg, %cr3
        .Luser_done_\@:
        """;

    /// <summary>From anywhere in the kernel: keeps what CR3 was in <c>save_reg</c>, and writes it only when it was the user's.</summary>
    [Macro("scratch_reg:req save_reg:req")]
    private const string SAVE_AND_SWITCH_TO_KERNEL_CR3 = """
            ALTERNATIVE "jmp .Lsaved_\@", "", X86_FEATURE_PTI
            movq    %cr3, \save_reg
            btq     $PTI_USER_PGTABLE_BIT, \save_reg
            jnc     .Lsaved_\@
            movq    \save_reg, \scratch_reg
            ADJUST_KERNEL_CR3 \scratch_reg
            movq    \scratch_reg, %cr3
        .Lsaved_\@:
        """;
}
