using EntryGen;

namespace Kaiser;

/// <summary>The macros that switch between the halves of the page tables, as they are today: PTI and PCID are decided at boot.</summary>
[EntryCode(Include = [typeof(Frame)])]
public static partial class MacrosToday
{
    private const int PTI_USER_PCID_BIT = 11;
    private const int PTI_USER_PGTABLE_BIT = 12;
    private const int PTI_USER_MASK = (1 << PTI_USER_PCID_BIT) | (1 << PTI_USER_PGTABLE_BIT);
    private const int KERNEL_PCID_MASK = (1 << PTI_USER_PCID_BIT) - 1;
    private const int CR3_NOFLUSH_BIT = 63;

    /// <summary>Bit n: the user half's TLB entries of PCID n must go before user code runs again. Only the kernel half maps it.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ushort> user_pcid_flush_mask { get; }

    /// <summary>Top of the current task's stack, the stack itself being mapped in the kernel half only.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ulong> cpu_current_top_of_stack { get; }

    [Macro("reg:req")]
    private const string ADJUST_KERNEL_CR3 = """
            ALTERNATIVE "", "btsq $CR3_NOFLUSH_BIT, \reg", X86_FEATURE_PCID
            andq    $~PTI_USER_MASK, \reg
        """;

    [Macro("scratch_reg:req")]
    private const string SWITCH_TO_KERNEL_CR3 = """
            ALTERNATIVE "jmp .Lto_kernel_done_\@", "", X86_FEATURE_PTI
            movq    %cr3, \scratch_reg
            ADJUST_KERNEL_CR3 \scratch_reg
            movq    \scratch_reg, %cr3
        .Lto_kernel_done_\@:
        """;

    /// <summary>Needs two registers and no stack.</summary>
    [Macro("scratch_reg:req scratch_reg2:req")]
    private const string SWITCH_TO_USER_CR3_NOSTACK = """
            ALTERNATIVE "jmp .Lto_user_done_\@", "", X86_FEATURE_PTI
            movq    %cr3, \scratch_reg
            ALTERNATIVE "jmp .Luntagged_\@", "", X86_FEATURE_PCID
            movq    \scratch_reg, \scratch_reg2
            andq    $KERNEL_PCID_MASK, \scratch_reg2
            btrq    \scratch_reg2, PER_CPU_VAR(user_pcid_flush_mask)
            jc      .Lflush_\@
            btsq    $CR3_NOFLUSH_BIT, \scratch_reg
        .Lflush_\@:
            btsq    $PTI_USER_PCID_BIT, \scratch_reg
        .Luntagged_\@:
            btsq    $PTI_USER_PGTABLE_BIT, \scratch_reg
            movq    \scratch_reg, %cr3
        .Lto_user_done_\@:
        """;

    /// <summary>Needs one register, and a stack that both halves map: it pushes on the kernel half and pops on the user half.</summary>
    [Macro("scratch_reg:req")]
    private const string SWITCH_TO_USER_CR3_STACK = """
            pushq   %rax
            SWITCH_TO_USER_CR3_NOSTACK scratch_reg=\scratch_reg scratch_reg2=%rax
            popq    %rax
        """;

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

    [Macro("scratch_reg:req save_reg:req")]
    private const string PARANOID_RESTORE_CR3 = """
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
}
