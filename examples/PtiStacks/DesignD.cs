using EntryGen;

// One variant sleeps on the entry stack, which is wrong on purpose.
#pragma warning disable EG2013

namespace PtiStacks;

/// <summary>
/// The counter-proposal: entries from user mode stay as they are, and the entry into a guest gets a stack that the restricted page tables map, so that a guest runs, and some of its exits are handled, without the kernel
/// being mapped. The user half stands for the restricted page tables. A system call runs the guest once before it does its work.
/// </summary>
[EntryCode(Include = [typeof(TrampolineMacros)])]
public static partial class VirtualCpuMacros
{
    /// <summary>Top of the stack of the virtual CPU that the current task runs.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ulong> cpu_current_pti_stack { get; }

    [Macro]
    private const string SYSCALL = """
            SYSCALL_TO_THREAD_STACK
            movq    %rsp, %rbx
            call    run_guest
            movq    %rbx, %rdi
            sti
            call    do_syscall_64
            cli
            testb   %al, %al
            jz      .Lby_iret
            LEAVE_BY_SYSRET
        .Lby_iret:
            LEAVE_BY_IRET

        run_guest:
            movq    %rsp, %rax
            movq    PER_CPU_VAR(VCPU_STACK), %rsp
            pushq   %rax
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
            call    guest
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            EXIT_WORK
            popq    %rsp
            ret
        guest:
            xorl    %eax, %eax
            ret
        """;
}

/// <summary>D: each virtual CPU has a stack of its own, on which an exit may sleep.</summary>
[EntryCode(Include = [typeof(VirtualCpuMacros)], Defines = ["VCPU_STACK=cpu_current_pti_stack"])]
public static partial class DesignD
{
    [Macro]
    private const string EXIT_WORK = """
            sti
            call    handle_exit
            cli
        """;

    [Entry("SYSCALL", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=sysvec_apic_timer_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>D with the entry stack, which is there already: an exit must not sleep before it has left it.</summary>
[EntryCode(Include = [typeof(VirtualCpuMacros)], Defines = ["VCPU_STACK=cpu_tss_rw+TSS_sp0"])]
public static partial class DesignDOnEntryStack
{
    [Macro]
    private const string EXIT_WORK = """
            // Nothing: what may sleep is done by the caller.
        """;

    [Entry("SYSCALL", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=sysvec_apic_timer_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>D with the entry stack, and an exit that sleeps on it.</summary>
[EntryCode(Include = [typeof(VirtualCpuMacros)], Defines = ["VCPU_STACK=cpu_tss_rw+TSS_sp0"])]
public static partial class DesignDSleepsOnEntryStack
{
    [Macro]
    private const string EXIT_WORK = """
            sti
            call    handle_exit
            cli
        """;

    [Entry("SYSCALL", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=sysvec_apic_timer_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}
