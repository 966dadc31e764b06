namespace EntryGen.Asm.Flow.Facts;

/// <summary>The kernel's mitigations where the instructions alone do not show them: functions of other files, numbers of MSRs. Facts, each with its source.</summary>
internal static class KernelMitigations
{
    /// <summary>IA32_SPEC_CTRL (SDM vol. 4); bit 0 is IBRS.</summary>
    public const ulong SpecCtrlMsr = 0x48;

    /// <summary>IA32_PRED_CMD (SDM vol. 4); writing bit 0 is an indirect branch prediction barrier.</summary>
    public const ulong PredCmdMsr = 0x49;

    /// <summary>The IBRS bit of IA32_SPEC_CTRL.</summary>
    public const int IbrsBit = 0;

    // Retbleed (CVE-2022-29900), SRSO (CVE-2023-20569): arch/x86/lib/retpoline.S, arch/x86/entry/entry.S. None of them is mapped in the user half of the page tables.
    private static readonly HashSet<string> _untraining = new(StringComparer.Ordinal)
    {
        "entry_untrain_ret", "retbleed_untrain_ret", "srso_untrain_ret", "srso_alias_untrain_ret", "zen_untrain_ret", "entry_ibpb",
    };

    // SRSO: what completes a safe return that an exception interrupted (arch/x86/lib/retpoline.S, arch/x86/kernel/traps.c), and what the interrupted RIP is compared with.
    private static readonly HashSet<string> _safeReturn = new(StringComparer.Ordinal)
    {
        "srso_safe_ret", "srso_alias_safe_ret", "handle_interrupted_saferet", "__handle_intr_saferet", "__handle_intr_saferet_alias",
    };

    // They run on the way out, behind the last protected code, by design (arch/x86/entry/calling.h, STACKLEAK_ERASE).
    private static readonly HashSet<string> _unprotected = new(StringComparer.Ordinal)
    {
        "stackleak_erase", "stackleak_erase_on_task_stack", "stackleak_erase_off_task_stack",
    };

    /// <summary>Whether a function makes returns safe that user mode may have trained.</summary>
    public static bool IsUntraining(string function) => _untraining.Contains(function);

    /// <summary>Whether a function clears the branch history (BHI, CVE-2024-2201: arch/x86/entry/entry_64.S).</summary>
    public static bool IsBranchHistoryClearing(string function) => function == "clear_bhb_loop";

    /// <summary>Whether a symbol belongs to what completes a safe return that was interrupted.</summary>
    public static bool IsOfSafeReturn(string symbol) => _safeReturn.Contains(symbol);

    /// <summary>Whether a C function is called where mitigations of the kernel are off already.</summary>
    public static bool RunsUnprotected(string function) => _unprotected.Contains(function);

    /// <summary>Whether an assembly function lies outside of the entry text, so that the user half of the page tables does not map it.</summary>
    public static bool IsOutsideEntryText(string function) =>
        IsUntraining(function) || IsOfSafeReturn(function) || function.IndexOf("return_thunk", StringComparison.Ordinal) >= 0
        || function.StartsWith("__x86_indirect_", StringComparison.Ordinal);
}
