using System.Collections.Frozen;
using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>
/// The models of the functions that entry code calls. Most handlers (<c>exc_page_fault</c> and the like) need none: they change nothing that entry code may
/// look at, and a function without a model leaves the caller-saved registers undefined, which is what they do.
/// </summary>
internal static class KernelFunctions
{
    private const string IndirectThunk = "__x86_indirect_thunk_";

    /// <summary>Barriers and thunks without an effect on registers.</summary>
    private static readonly FrozenSet<string> _noEffect = new[]
    {
        "__x86_return_thunk", "retbleed_return_thunk", "srso_return_thunk", "srso_alias_return_thunk", "its_return_thunk", "zen_return_thunk",
        "entry_untrain_ret", "retbleed_untrain_ret", "zen_untrain_ret", "srso_untrain_ret", "srso_alias_untrain_ret",
        "__handle_intr_saferet", "__handle_intr_saferet_alias", "clear_bhb_loop", "__fentry__",
    }.ToFrozenSet();

    /// <summary>Labels of other assembly files to which entry code jumps and does not come back: without those files there is nothing to run.</summary>
    private static readonly FrozenSet<string> _assembly = new[]
    {
        "swapgs_restore_regs_and_return_to_usermode", "restore_regs_and_return_to_kernel", "error_return", "paranoid_exit",
        "xenpv_restore_regs_and_return_to_usermode", "asm_fred_exit_user", "error_entry", "paranoid_entry", "xen_error_entry",
    }.ToFrozenSet();

    /// <summary>Whether a function is no C code but assembly of another file: a barrier, a thunk, part of a path.</summary>
    public static bool IsAssembly(string name) => _noEffect.Contains(name) || _assembly.Contains(name)
        || name.StartsWith(IndirectThunk, StringComparison.Ordinal) || name is "entry_ibpb" or "write_ibpb";

    /// <summary>The model of a function, or null when the machine's default will do.</summary>
    public static CFunction? Find(string name, KernelContext kernel) => name switch
    {
        "sync_regs" => new StackSwitches(kernel).SyncRegs,
        "fixup_bad_iret" => new StackSwitches(kernel).FixupBadIret,
        "exc_double_fault" => new StackSwitches(kernel).DoubleFault,
        "vc_switch_off_ist" => new StackSwitches(kernel).VcSwitchOffIst,
        "do_syscall_64" => new SystemCalls(kernel).DoSyscall64,
        "do_int80_emulation" or "do_int80_syscall_32" or "int80_emulation" => new SystemCalls(kernel).DoInt80,
        "do_fast_syscall_32" => new SystemCalls(kernel).DoFastSyscall32,
        "do_SYSENTER_32" => new SystemCalls(kernel).DoSysenter32,
        "exc_machine_check" or "noist_exc_machine_check" or "xenpv_exc_machine_check" => ExceptionHandlers.MachineCheck,
        "exc_general_protection" or "exc_segment_not_present" or "exc_stack_segment" or "exc_page_fault" when kernel.Unit.Fixups.Count > 0
            => ExceptionHandlers.Fixup(kernel.Unit),
        "fred_entry_from_user" => new SystemCalls(kernel).FredEntryFromUser,
        "fred_entry_from_kernel" when kernel.Unit.Fixups.Count > 0 => new FredHandlers(kernel.Unit).EntryFromKernel,
        "entry_ibpb" or "write_ibpb" => Thunks.Ibpb,
        "__switch_to" => Thunks.SwitchTo,
        "make_task_dead" => ExceptionHandlers.NoReturn,
        _ when _assembly.Contains(name) => Thunks.Missing,
        _ when _noEffect.Contains(name) => Thunks.NoEffect,
        _ when name.StartsWith(IndirectThunk, StringComparison.Ordinal)
            && Enum.TryParse<Reg>(name.AsSpan(IndirectThunk.Length), ignoreCase: true, out var register) && register <= Reg.R15 => Thunks.Indirect(register),
        _ => null,
    };
}
