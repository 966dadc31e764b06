namespace EntryGen.Asm;

/// <summary>What is known about kernel symbols that entry code uses and other files define. A table of facts; whatever is not in it gets a default.</summary>
public static class KernelSymbols
{
    // Functions declared __noreturn that assembly calls or may call (objtool keeps the same list).
    private static readonly HashSet<string> _noReturn = new(StringComparer.Ordinal)
    {
        "do_exit", "do_group_exit", "do_task_dead", "make_task_dead", "rewind_stack_and_make_dead", "panic", "__stack_chk_fail", "fortify_panic",
        "cpu_startup_entry", "hlt_play_dead", "machine_real_restart", "stop_this_cpu", "x86_64_start_kernel", "x86_64_start_reservations", "start_kernel",
        "sev_es_terminate", "snp_abort", "xen_start_kernel",
    };

    private static readonly HashSet<string> _functions = new(StringComparer.Ordinal) { "srso_safe_ret", "srso_alias_safe_ret", "retbleed_return_thunk" };

    // Code of other assembly files of arch/x86 (lib/retpoline.S, xen/xen-asm.S, entry/*.S) that entry code calls, jumps to or compares addresses with.
    private static readonly HashSet<string> _assembly = new(StringComparer.Ordinal)
    {
        "entry_untrain_ret", "retbleed_untrain_ret", "srso_untrain_ret", "srso_alias_untrain_ret", "zen_untrain_ret",
        "srso_safe_ret", "srso_alias_safe_ret", "retbleed_return_thunk", "srso_return_thunk", "srso_alias_return_thunk", "its_return_thunk",
        "__handle_intr_saferet", "__handle_intr_saferet_alias", "entry_ibpb", "clear_bhb_loop", "warn_thunk_thunk", "__fentry__",
        "error_entry", "error_return", "paranoid_entry", "paranoid_exit", "xen_error_entry", "int80_emulation", "native_iret",
        "swapgs_restore_regs_and_return_to_usermode", "restore_regs_and_return_to_kernel", "common_interrupt_return", "entry_SYSCALL_64_after_hwframe",
        "xenpv_restore_regs_and_return_to_usermode", "exc_xen_hypervisor_callback", "xen_iret", "xen_sysret64",
    };

    // The stubs that idtentry makes, and the thunks, one a register.
    private static readonly string[] _assemblyPrefixes = ["asm_", "__x86_return_thunk", "__x86_indirect_"];

    private static readonly HashSet<string> _entryTextData = new(StringComparer.Ordinal) { "x86_verw_sel", "mds_verw_sel" };

    // Sizes are those of 6.1 and 6.12 rounded up to what entry code can touch. Only cpu_tss_rw is in the user page tables
    // (arch/x86/mm/pti.c, pti_clone_user_shared); everything else in the per-CPU area is kernel only.
    private static readonly Dictionary<string, PerCpuVariable> _perCpu = new[]
    {
        new PerCpuVariable("cpu_tss_rw", null, 0x3000, true),
        new PerCpuVariable("cpu_tlbstate", null, 0x100, false),
        new PerCpuVariable("pcpu_hot", null, 0x40, false),
        new PerCpuVariable("fixed_percpu_data", null, 0x30, false),
        new PerCpuVariable("irq_stack_backing_store", null, 0x4000, false),
    }.ToDictionary(variable => variable.Name, StringComparer.Ordinal);

    // Arrays that code indexes: one entry a CPU.
    private static readonly Dictionary<string, int> _dataSizes = new(StringComparer.Ordinal)
    {
        ["__per_cpu_offset"] = 8 * 64,
        ["pv_ops"] = 0x200,
        ["sys_call_table"] = 8 * 512,
        ["ia32_sys_call_table"] = 8 * 512,
    };

    /// <summary>Whether a symbol is known to be a function though code may use its address only (the targets that return addresses are compared with).</summary>
    public static bool IsFunction(string name) => _functions.Contains(name);

    /// <summary>Whether a function is written in assembly, so that the C calling convention says nothing about it.</summary>
    public static bool IsAssembly(string function) =>
        _assembly.Contains(function) || _assemblyPrefixes.Any(prefix => function.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether a function never returns, so that nothing follows a call of it.</summary>
    public static bool IsNoReturn(string function) => _noReturn.Contains(function);

    /// <summary>A well-known per-CPU variable, or null.</summary>
    public static PerCpuVariable? FindPerCpu(string name) => _perCpu.TryGetValue(name, out var variable) ? variable : null;

    /// <summary>Whether a data symbol lies in .entry.text (entry.S), so that it can be read while the user half of the page tables is live.</summary>
    public static bool IsEntryTextData(string name) => _entryTextData.Contains(name);

    /// <summary>Bytes that a data symbol takes; 8 when nothing is known about it.</summary>
    public static int DataSize(string name) => _dataSizes.TryGetValue(name, out var size) ? size : 8;

    /// <summary>Whether a function is the return thunk: a jump to it is a RET (CONFIG_RETHUNK).</summary>
    public static bool IsReturnThunk(string function) => function == "__x86_return_thunk";

    /// <summary>The register through which an indirect thunk goes (<c>__x86_indirect_thunk_rax</c>, also the array and call forms), or null.</summary>
    public static string? IndirectThunkRegister(string function)
    {
        const string Prefix = "__x86_indirect_";
        if (!function.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        foreach (var form in _thunkForms)
        {
            if (string.CompareOrdinal(function, Prefix.Length, form, 0, form.Length) == 0)
            {
                return function.Substring(Prefix.Length + form.Length);
            }
        }

        return null;
    }

    private static readonly string[] _thunkForms = ["thunk_", "call_thunk_", "jump_thunk_"];
}
