using EntryGen;

namespace Kaiser;

/// <summary>
/// The macros as they were posted in November 2017 (KAISER, third version): one scratch register each, no PCID, no decision at boot, and the kernel
/// stacks mapped in the user half too.
/// </summary>
[EntryCode(Include = [typeof(Frame)])]
public static partial class MacrosNovember2017
{
    private const int KAISER_SWITCH_MASK = 1 << 12;

    /// <summary>Where SYSCALL keeps the user's RSP until there is a stack. The user half maps it: CR3 is switched later.</summary>
    [PerCpu(UserMapped = true)]
    public static partial PerCpu<ulong> rsp_scratch { get; }

    /// <summary>Top of the current task's stack; the user half maps both.</summary>
    [PerCpu(UserMapped = true)]
    public static partial PerCpu<ulong> cpu_current_top_of_stack { get; }

    [Macro("reg:req")]
    private const string ADJUST_KERNEL_CR3 = "andq $~KAISER_SWITCH_MASK, \\reg";

    [Macro("reg:req")]
    private const string ADJUST_USER_CR3 = "orq $KAISER_SWITCH_MASK, \\reg";

    [Macro("scratch_reg:req")]
    private const string SWITCH_TO_KERNEL_CR3 = """
            movq    %cr3, \scratch_reg
            ADJUST_KERNEL_CR3 \scratch_reg
            movq    \scratch_reg, %cr3
        """;

    [Macro("scratch_reg:req")]
    private const string SWITCH_TO_USER_CR3 = """
            movq    %cr3, \scratch_reg
            ADJUST_USER_CR3 \scratch_reg
            movq    \scratch_reg, %cr3
        """;

    [Macro("scratch_reg:req save_reg:req")]
    private const string SAVE_AND_SWITCH_TO_KERNEL_CR3 = """
            movq    %cr3, \save_reg
            testq   $KAISER_SWITCH_MASK, \save_reg
            jz      .Lsaved_\@
            movq    \save_reg, \scratch_reg
            ADJUST_KERNEL_CR3 \scratch_reg
            movq    \scratch_reg, %cr3
        .Lsaved_\@:
        """;

    [Macro("save_reg:req")]
    private const string RESTORE_CR3 = "movq \\save_reg, %cr3";
}
