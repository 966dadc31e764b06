namespace EntryGen.Tool.Input;

/// <summary>CPU features by which the entry code of Linux 6.1 and 6.12 chooses between alternatives, or that decide what the processor can do there.</summary>
internal static class KernelFeatures
{
    /// <summary>The names without X86_FEATURE_, in ordinal order; X86_BUG_ keeps BUG_.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "ALWAYS", "BUG_IBPB_NO_RET", "BUG_NULL_SEG", "BUG_SWAPGS_FENCE", "CALL_DEPTH", "CLEAR_BHB_LOOP",
        "CLEAR_CPU_BUF", "ENTRY_IBPB", "FENCE_SWAPGS_KERNEL", "FENCE_SWAPGS_USER", "FSGSBASE", "INVPCID",
        "KERNEL_IBRS", "LA57", "PCID", "PTI", "SMAP", "SMEP", "SRSO", "SRSO_ALIAS", "SYSCALL32", "SYSENTER32", "UNRET",
        "XENPV",
    ];
}
