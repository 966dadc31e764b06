using EntryGen;

namespace Kaiser;

/// <summary>
/// The ways into and out of the kernel with today's macros. Every place at which a macro stands has a label that starts with <c>site_</c>:
/// <see cref="CallSites"/> says what is known of it.
/// </summary>
[EntryCode(Include = [typeof(MacrosToday)])]
public static partial class EntriesToday
{
    [Macro("handler:req has_error_code:req")]
    private const string IDTENTRY = """
            cld
            ASM_CLAC
            .if     \has_error_code == 0
            pushq   $-1
            .endif
            PUSH_AND_CLEAR_REGS
            call    error_entry
            movq    %rax, %rsp
            movq    %rsp, %rdi
            .if     \has_error_code
            movq    ORIG_RAX(%rsp), %rsi
            movq    $-1, ORIG_RAX(%rsp)
            .endif
            call    \handler
            jmp     error_return
        """;

    /// <summary>From user mode like any other; from the kernel on an IST stack, where nothing is known of CR3 and GS.</summary>
    [Macro("handler:req")]
    private const string IDTENTRY_PARANOID = """
            cld
            ASM_CLAC
            pushq   $-1
            PUSH_AND_CLEAR_REGS
            testb   $3, CS(%rsp)
            jnz     .Lfrom_user_\@
            call    paranoid_entry
            movq    %rsp, %rdi
            call    \handler
            jmp     paranoid_exit
        .Lfrom_user_\@:
            call    error_entry
            movq    %rax, %rsp
            movq    %rsp, %rdi
            call    noist_\handler
            jmp     error_return
        """;

    [Entry("""
            swapgs
            movq    %rsp, PER_CPU_VAR(cpu_tss_rw + TSS_sp2)
        site_syscall64_entry:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rsp
            movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
            pushq   $USER_DS
            pushq   PER_CPU_VAR(cpu_tss_rw + TSS_sp2)
            pushq   %r11
            pushq   $USER_CS
            pushq   %rcx
            pushq   %rax
            PUSH_AND_CLEAR_REGS rax=$-ENOSYS
            movq    %rsp, %rdi
            movslq  %eax, %rsi
            call    do_syscall_64
            testb   %al, %al
            jz      return_to_user

            POP_REGS_BUT_RDI
            movq    %rsp, %rdi
            movq    PER_CPU_VAR(cpu_tss_rw + TSS_sp0), %rsp
            pushq   RSP-RDI(%rdi)
            pushq   (%rdi)
        site_sysret64_exit:
            SWITCH_TO_USER_CR3_STACK scratch_reg=%rdi
            popq    %rdi
            popq    %rsp
            swapgs
            sysretq
        """, Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_64(ref Cpu cpu);

    [Entry("""
            swapgs
            pushq   %rax
        site_sysenter_entry:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            popq    %rax
            movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
            pushq   $USER_DS
            pushq   $0
            pushfq
            pushq   $USER32_CS
            pushq   $0
            pushq   %rax
            PUSH_AND_CLEAR_REGS rax=$-ENOSYS
            CLEAR_USER_FLAGS
            movq    %rsp, %rdi
            call    do_SYSENTER_32
            testb   %al, %al
            jz      return_to_user
            jmp     sysret32
        """, Kind = EntryKind.Sysenter)]
    public static partial Stop entry_SYSENTER_compat(ref Cpu cpu);

    [Entry("""
            swapgs
            movl    %esp, %r8d
        site_syscall32_entry:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rsp
            movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
            pushq   $USER_DS
            pushq   %r8
            pushq   %r11
            pushq   $USER32_CS
            pushq   %rcx
            pushq   %rax
            PUSH_AND_CLEAR_REGS rcx=%rbp rax=$-ENOSYS
            movq    %rsp, %rdi
            call    do_fast_syscall_32
            testb   %al, %al
            jz      return_to_user
            jmp     sysret32
        """, Kind = EntryKind.Syscall)]
    public static partial Stop entry_SYSCALL_compat(ref Cpu cpu);

    /// <summary>The way back to 32-bit code by SYSRETL. The user's RSP is loaded before CR3: afterwards the stack is gone.</summary>
    [Entry("""
            movq    RBX(%rsp), %rbx
            movq    RBP(%rsp), %rbp
            movl    EFLAGS(%rsp), %r11d
            movl    RIP(%rsp), %ecx
            addq    $RAX, %rsp
            popq    %rax
            addq    $8, %rsp
            popq    %rdx
            popq    %rsi
            popq    %rdi
            movq    RSP-ORIG_RAX(%rsp), %rsp
        site_sysret32_exit:
            SWITCH_TO_USER_CR3_NOSTACK scratch_reg=%r8 scratch_reg2=%r9
            xorl    %r8d, %r8d
            xorl    %r9d, %r9d
            xorl    %r10d, %r10d
            swapgs
            sysretl
        """)]
    public static partial Stop sysret32(ref Cpu cpu);

    [Entry("""
            cld
            ASM_CLAC
            movl    %eax, %eax
            pushq   %rax
            PUSH_AND_CLEAR_REGS rax=$-ENOSYS
            swapgs
        site_int80_entry:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            movq    %rsp, %rdi
            call    sync_regs
            movq    %rax, %rsp
            movq    %rsp, %rdi
            call    do_int80_emulation
            jmp     return_to_user
        """, Kind = EntryKind.Int80)]
    public static partial Stop asm_int80_emulation(ref Cpu cpu);

    [Entry("IDTENTRY handler=exc_general_protection has_error_code=1", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_exc_general_protection(ref Cpu cpu);

    [Entry("IDTENTRY handler=sysvec_apic_timer_interrupt has_error_code=0", Kind = EntryKind.Interrupt)]
    public static partial Stop asm_sysvec_apic_timer_interrupt(ref Cpu cpu);

    [Entry("IDTENTRY_PARANOID handler=exc_debug", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_debug(ref Cpu cpu);

    [Entry("IDTENTRY_PARANOID handler=exc_machine_check", Kind = EntryKind.Paranoid)]
    public static partial Stop asm_exc_machine_check(ref Cpu cpu);

    /// <summary>Behind pt_regs: from user mode, and where IRET to user mode faulted, moves them to the task's stack. RAX says where they are afterwards.</summary>
    [Entry("""
            testb   $3, CS+8(%rsp)
            jz      .Lerror_from_kernel
            swapgs
            lfence
        site_idt_entry:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            leaq    8(%rsp), %rdi
            jmp     sync_regs

        .Lerror_from_kernel:
            leaq    native_irq_return_iret(%rip), %rcx
            cmpq    %rcx, RIP+8(%rsp)
            je      .Lerror_bad_iret
            lfence
            leaq    8(%rsp), %rax
            ret

        .Lerror_bad_iret:
            swapgs
            lfence
        site_bad_iret:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            leaq    8(%rsp), %rdi
            call    fixup_bad_iret
            movq    %rax, %rdi
            jmp     sync_regs
        """)]
    public static partial Stop error_entry(ref Cpu cpu);

    /// <summary>Back from an interrupt or an exception, wherever it hit.</summary>
    [Entry("""
            testb   $3, CS(%rsp)
            jnz     return_to_user
            POP_REGS
            jmp     interrupt_return
        """)]
    public static partial Stop error_return(ref Cpu cpu);

    /// <summary>To user mode by IRET: the frame is copied to the entry stack, which the user half maps.</summary>
    [Entry("""
            POP_REGS_BUT_RDI
            movq    %rsp, %rdi
            movq    PER_CPU_VAR(cpu_tss_rw + TSS_sp0), %rsp
            .irp    slot, 6, 5, 4, 3, 2, 0
            pushq   \slot*8(%rdi)
            .endr
        site_iret_exit:
            SWITCH_TO_USER_CR3_STACK scratch_reg=%rdi
            popq    %rdi
            swapgs
            jmp     interrupt_return
        """)]
    public static partial Stop return_to_user(ref Cpu cpu);

    /// <summary>IRET, by way of the espfix stack where SS is in the LDT: a 16-bit stack would leave bits 31:16 of RSP to the user.</summary>
    [Entry("""
            testb   $4, 4*8(%rsp)
            jnz     .Lto_16bit_stack
        native_irq_return_iret:
            iretq

        .Lto_16bit_stack:
            pushq   %rdi
            swapgs
        site_espfix_entry:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rdi
            movq    PER_CPU_VAR(espfix_waddr), %rdi
            movq    %rax, (%rdi)
            .irp    slot, 1, 2, 3, 5, 4
            movq    \slot*8(%rsp), %rax
            movq    %rax, \slot*8(%rdi)
            .endr
            andl    $0xffff0000, %eax
            orq     PER_CPU_VAR(espfix_stack), %rax
        site_espfix_exit:
            SWITCH_TO_USER_CR3_STACK scratch_reg=%rdi
            swapgs
            popq    %rdi
            movq    %rax, %rsp
            popq    %rax
            jmp     native_irq_return_iret
        """)]
    public static partial Stop interrupt_return(ref Cpu cpu);

    /// <summary>Behind pt_regs on an IST stack: keeps CR3 in R14 and says in EBX whether GS was the kernel's.</summary>
    [Entry("""
        site_paranoid_entry:
            SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r14
            PARANOID_SWAPGS
            ret
        """)]
    public static partial Stop paranoid_entry(ref Cpu cpu);

    /// <summary>CR3 goes first: the flush mask is read through the kernel's GS.</summary>
    [Entry("""
        site_paranoid_exit:
            PARANOID_RESTORE_CR3 scratch_reg=%rax save_reg=%r14
            testl   %ebx, %ebx
            jnz     .Lparanoid_gs_was_kernel
            swapgs
        .Lparanoid_gs_was_kernel:
            POP_REGS
            jmp     interrupt_return
        """)]
    public static partial Stop paranoid_exit(ref Cpu cpu);

    /// <summary>
    /// From the kernel, an NMI may hit the one before it, as soon as an exception returned from its handler. The top of the NMI stack holds, below the processor's frame:
    /// RDX, a word that says that an NMI is in progress, the frame to return with, and a copy of the first NMI's frame. A nested NMI changes the frame to
    /// return with, so that the first one starts over.
    /// </summary>
    [Entry("""
            cld
            ASM_CLAC
            pushq   %rdx
            testb   $3, 2*8(%rsp)
            jz      .Lnmi_from_kernel
            swapgs
            lfence
        site_nmi_entry:
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rdx
            movq    %rsp, %rdx
            movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
            .irp    slot, 5, 4, 3, 2, 1
            pushq   \slot*8(%rdx)
            .endr
            pushq   $-1
            PUSH_AND_CLEAR_REGS rdx=(%rdx)
            movq    %rsp, %rdi
            call    exc_nmi
            jmp     return_to_user

        .Lnmi_from_kernel:
            leaq    repeat_nmi(%rip), %rdx
            cmpq    %rdx, 8(%rsp)
            jb      .Lnmi_not_in_copy
            leaq    end_repeat_nmi(%rip), %rdx
            cmpq    %rdx, 8(%rsp)
            jb      .Lnested_nmi_done
        .Lnmi_not_in_copy:
            cmpq    $1, -8(%rsp)
            je      .Lnested_nmi
            leaq    6*8(%rsp), %rdx
            cmpq    %rdx, 4*8(%rsp)
            ja      .Lfirst_nmi
            subq    $NMI_STACK_SIZE, %rdx
            cmpq    %rdx, 4*8(%rsp)
            jb      .Lfirst_nmi
            testl   $X86_EFLAGS_DF, 3*8(%rsp)
            jz      .Lfirst_nmi

        .Lnested_nmi:
            subq    $8, %rsp
            leaq    -10*8(%rsp), %rdx
            pushq   $KERNEL_DS
            pushq   %rdx
            pushfq
            pushq   $KERNEL_CS
            pushq   $repeat_nmi
            addq    $6*8, %rsp
        .Lnested_nmi_done:
            popq    %rdx
            iretq

        .Lfirst_nmi:
            movq    (%rsp), %rdx
            pushq   $0
            subq    $5*8, %rsp
            .rept   5
            pushq   11*8(%rsp)
            .endr
        repeat_nmi:
            movq    $1, 10*8(%rsp)
            addq    $10*8, %rsp
            .rept   5
            pushq   -6*8(%rsp)
            .endr
            subq    $5*8, %rsp
        end_repeat_nmi:
            pushq   $-1
            PUSH_AND_CLEAR_REGS
            call    paranoid_entry
            movq    %rsp, %rdi
            call    exc_nmi
        site_nmi_exit:
            PARANOID_RESTORE_CR3 scratch_reg=%r15 save_reg=%r14
            testl   %ebx, %ebx
            jnz     .Lnmi_gs_was_kernel
            swapgs
        .Lnmi_gs_was_kernel:
            POP_REGS
            addq    $5*8, %rsp
            std
            movq    $0, 5*8(%rsp)
            iretq
        """, Kind = EntryKind.Nmi)]
    public static partial Stop asm_exc_nmi(ref Cpu cpu);
}
