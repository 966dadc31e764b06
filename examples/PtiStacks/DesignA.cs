using EntryGen;

namespace PtiStacks;

/// <summary>
/// Today's way: events from user mode start on the per-CPU entry stack, and leave it before C code runs. On the way out the frame is copied to the entry stack, which the user half maps, so that CR3
/// can be switched before the return. D has the same entries, and calls something else in the middle of a system call.
/// </summary>
[EntryCode(Include = [typeof(Frame)])]
public static partial class TrampolineMacros
{
    [Macro]
    private const string SYSCALL_TO_THREAD_STACK = """
            swapgs
            movq    %rsp, PER_CPU_VAR(cpu_tss_rw + TSS_sp2)
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rsp
            movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
            BUILD_SYSCALL_REGS
        """;

    [Macro]
    private const string LEAVE_BY_SYSRET = """
            POP_REGS_BUT_RDI
            movq    %rsp, %rdi
            movq    PER_CPU_VAR(cpu_tss_rw + TSS_sp0), %rsp
            pushq   RSP-14*8(%rdi)
            pushq   (%rdi)
            pushq   %rax
            SWITCH_TO_USER_CR3 scratch_reg=%rdi scratch_reg2=%rax
            popq    %rax
            popq    %rdi
            popq    %rsp
            swapgs
            sysretq
        """;

    [Macro]
    private const string LEAVE_BY_IRET = """
            POP_REGS_BUT_RDI
            movq    %rsp, %rdi
            movq    PER_CPU_VAR(cpu_tss_rw + TSS_sp0), %rsp
            .irp    slot, 6, 5, 4, 3, 2, 0
            pushq   \slot*8(%rdi)
            .endr
            pushq   %rax
            SWITCH_TO_USER_CR3 scratch_reg=%rdi scratch_reg2=%rax
            popq    %rax
            popq    %rdi
            swapgs
            iretq
        """;

    /// <summary>An interrupt: in the kernel it stays on the stack that it finds, and takes CR3 and GS to be the kernel's.</summary>
    [Macro("handler:req")]
    private const string INTERRUPT = """
            cld
            ASM_CLAC
            pushq   $-1
            PUSH_AND_CLEAR_REGS
            testb   $3, CS(%rsp)
            jz      .Lfrom_kernel_\@
            swapgs
            lfence
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            movq    %rsp, %rdi
            call    sync_regs
            movq    %rax, %rsp
            movq    %rsp, %rdi
            call    \handler
            LEAVE_BY_IRET
        .Lfrom_kernel_\@:
            lfence
            movq    %rsp, %rdi
            call    \handler
            POP_REGS
            iretq
        """;

    /// <summary>An event that may hit anywhere: in the kernel CR3 and GS are looked at, and put back.</summary>
    [Macro("handler:req")]
    private const string PARANOID = """
            cld
            ASM_CLAC
            pushq   %rdx
            testb   $3, 2*8(%rsp)
            jz      .Lfrom_kernel_\@
            swapgs
            lfence
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rdx
            MOVE_TO_STACK top=PER_CPU_VAR(cpu_current_top_of_stack)
            movq    %rsp, %rdi
            call    \handler
            LEAVE_BY_IRET
        .Lfrom_kernel_\@:
            popq    %rdx
            pushq   $-1
            PUSH_AND_CLEAR_REGS
            SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r14
            SAVE_AND_SET_GSBASE
            movq    %rsp, %rdi
            call    \handler
            RESTORE_CR3 scratch_reg=%rax save_reg=%r14
            wrgsbase %rbx
            POP_REGS
            iretq
        """;
}

/// <summary>A: today's.</summary>
[EntryCode(Include = [typeof(TrampolineMacros)])]
public static partial class DesignA
{
    [Entry("""
            SYSCALL_TO_THREAD_STACK
            movq    %rsp, %rdi
            sti
            call    do_syscall_64
            cli
            testb   %al, %al
            jz      return_to_user
            LEAVE_BY_SYSRET
        return_to_user:
            LEAVE_BY_IRET
        """, Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("INTERRUPT handler=sysvec_apic_timer_interrupt", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("PARANOID handler=exc_nmi", Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);

    [Entry("PARANOID handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);
}
