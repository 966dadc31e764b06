using EntryGen;

// As in design B, some C code is mapped in the user half.
#pragma warning disable EG3004

// A variant sleeps on the entry stack, in schedule(), which takes no pt_regs.
#pragma warning disable EG2013, EG2027

namespace PtiStacks;

/// <summary>
/// "Return to asm": C functions switch CR3, called by assembly on the per-CPU entry stack before anything may sleep and after everything that may. <c>pt_regs</c> are built on the entry stack, copied to the kernel
/// stack for the body, and copied back.
/// </summary>
[EntryCode(Include = [typeof(EntryInCMacros)])]
public static partial class ReturnToAsmMacros
{
    /// <summary>Moves to another stack, and <c>pt_regs</c> with it.</summary>
    [Macro("top:req")]
    private const string COPY_REGS = """
            movq    %rsp, %rsi
            movq    \top, %rsp
            .irp    slot, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0
            pushq   \slot*8(%rsi)
            .endr
        """;

    [Macro("body:req is_syscall=0")]
    private const string BODY_ON_THREAD_STACK = """
            call    c_switch_to_kernel
            COPY_REGS top=PER_CPU_VAR(cpu_current_top_of_stack)
            movq    %rsp, %rdi
            .if     \is_syscall
            sti
            .endif
            call    \body
            .if     \is_syscall
            cli
            movq    %rax, %r12
            .endif
            COPY_REGS top=PER_CPU_VAR(cpu_tss_rw + TSS_sp0)
            call    c_switch_to_user
            EXIT_WORK
        """;

    [Macro]
    private const string SYSCALL = """
            SYSCALL_ON_ENTRY_STACK
            BODY_ON_THREAD_STACK body=do_syscall_64 is_syscall=1
            testb   %r12b, %r12b
            jz      .Lby_iret
            LEAVE_BY_SYSRET
        .Lby_iret:
            LEAVE_BY_IRET

            .pushsection .noinstr.text, "ax"
        c_switch_to_kernel:
            C_PROLOGUE
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            C_EPILOGUE
        c_switch_to_user:
            C_PROLOGUE
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
            C_EPILOGUE
        c_nmi:
            C_PARANOID_HANDLER body=exc_nmi
        c_machine_check:
            C_PARANOID_HANDLER body=exc_machine_check
            .popsection
        """;

    [Macro]
    private const string INTERRUPT_ON_ENTRY_STACK = """
            cld
            ASM_CLAC
            pushq   $-1
            PUSH_AND_CLEAR_REGS
            testb   $3, CS(%rsp)
            jz      .Lfrom_kernel_\@
            swapgs
            lfence
            BODY_ON_THREAD_STACK body=sysvec_apic_timer_interrupt
            LEAVE_BY_IRET
        .Lfrom_kernel_\@:
            lfence
            movq    %rsp, %rdi
            call    sysvec_apic_timer_interrupt
            POP_REGS
            iretq
        """;

    /// <summary>In user mode the entry stack is empty, so that an NMI can start there as an interrupt does.</summary>
    [Macro("kernel_handler:req body:req")]
    private const string PARANOID_TO_THREAD_STACK = """
            cld
            ASM_CLAC
            pushq   %rdx
            testb   $3, 2*8(%rsp)
            jz      .Lfrom_kernel_\@
            swapgs
            lfence
            MOVE_TO_STACK top=PER_CPU_VAR(cpu_tss_rw + TSS_sp0)
            BODY_ON_THREAD_STACK body=\body
            LEAVE_BY_IRET
        .Lfrom_kernel_\@:
            popq    %rdx
            pushq   $-1
            PUSH_AND_CLEAR_REGS
            SAVE_AND_SET_GSBASE
            movq    %rsp, %rdi
            call    \kernel_handler
            wrgsbase %rbx
            POP_REGS
            iretq
        """;
}

/// <summary>C: exit work is a part of the body.</summary>
[EntryCode(Include = [typeof(ReturnToAsmMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignC
{
    [Macro]
    private const string EXIT_WORK = """
            // Nothing after the switch to the user half.
        """;

    [Entry("SYSCALL", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT_ON_ENTRY_STACK", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID_TO_THREAD_STACK kernel_handler=c_nmi body=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_TO_THREAD_STACK kernel_handler=c_machine_check body=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}

/// <summary>Exit work that may sleep after the switch to the user half, as with B, on the stack that is there.</summary>
[EntryCode(Include = [typeof(ReturnToAsmMacros)], Defines = ["CANARY=pti_canary"])]
public static partial class DesignCSleepsOnEntryStack
{
    [Macro]
    private const string EXIT_WORK = """
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            sti
            call    schedule
            cli
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
        """;

    [Entry("SYSCALL", Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT_ON_ENTRY_STACK", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID_TO_THREAD_STACK kernel_handler=c_nmi body=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID_TO_THREAD_STACK kernel_handler=c_machine_check body=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}
