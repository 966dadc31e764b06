using EntryGen;

// The design maps more in the user half than the analyzer takes for granted: C code, canaries, and the stacks. What is really mapped is decided by running (Design.cs).
#pragma warning disable EG2007, EG3004

// That interrupts tell the half from CS is what the example asks about.
#pragma warning disable EG2005

namespace PtiStacks;

/// <summary>
/// The proposal: the entry stays on the stack where it starts, which both halves map, until it returns. C code on that stack switches CR3, so that in time the switch can move to anywhere in C code; what may
/// sleep is called on the kernel stack. The C code that runs on both sides of the switch is written here as a compiler would write it, in a section that the user half must map.
/// With a stack per task this is B, with the per-CPU entry stack it is B1: the code is the same, and only what TSS.sp0 points at differs.
/// </summary>
[EntryCode(Include = [typeof(Frame)])]
public static partial class EntryInCMacros
{
    /// <summary>Offset of the stack protector's secret in its page.</summary>
    private const int FIXED_stack_canary = 40;

    /// <summary>The page with the stack protector's secret, which C code reads when a function begins and ends.</summary>
    [PerCpu(Offset = 0, Size = 4096)]
    public static partial PerCpu<ulong> fixed_percpu_data { get; }

    /// <summary>Another secret, for the code that the user half maps, so that it does not have to map the kernel's.</summary>
    [PerCpu(Offset = 4096, Size = 4096)]
    public static partial PerCpu<ulong> pti_canary { get; }

    /// <summary>Begins a C function with registers to keep and a canary.</summary>
    [Macro]
    private const string C_PROLOGUE = """
            pushq   %rbx
            pushq   %r12
            pushq   %r13
            pushq   PER_CPU_VAR(CANARY)
        """;

    [Macro]
    private const string C_EPILOGUE = """
            popq    %rcx
            cmpq    PER_CPU_VAR(CANARY), %rcx
            je      .Lcanary_is_whole_\@
            ud2
        .Lcanary_is_whole_\@:
            popq    %r13
            popq    %r12
            popq    %rbx
            ret
        """;

    /// <summary>
    /// A C handler of what interrupts and system calls bring: <c>user_pagetable_escape(regs)</c>, the body on the kernel stack, <c>user_pagetable_return(regs)</c>. Which half is live is told from the saved CS.
    /// </summary>
    [Macro("body:req is_syscall=0")]
    private const string C_HANDLER = """
            C_PROLOGUE
            movq    %rdi, %rbx
            ESCAPE  regs=%rbx
            movq    %rbx, %rdi
            testb   $3, CS(%rbx)
            jz      .Lon_kernel_stack_\@
            movq    %rsp, %rax
            movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
            pushq   %rax
            .if     \is_syscall
            sti
            .endif
            call    \body
            .if     \is_syscall
            cli
            movq    %rax, %r12
            .endif
            popq    %rsp
            jmp     .Lbody_done_\@
        .Lon_kernel_stack_\@:
            call    \body
        .Lbody_done_\@:
            RETURN  regs=%rbx
            EXIT_WORK regs=%rbx
            movq    %r12, %rax
            C_EPILOGUE
        """;

    /// <summary>A C handler of what may hit anywhere: which half is live is told from CR3.</summary>
    [Macro("body:req")]
    private const string C_PARANOID_HANDLER = """
            C_PROLOGUE
            SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r12
            call    \body
            RESTORE_CR3 scratch_reg=%rax save_reg=%r12
            C_EPILOGUE
        """;

    [Macro]
    private const string SYSCALL_ON_ENTRY_STACK = """
            swapgs
            movq    %rsp, PER_CPU_VAR(cpu_tss_rw + TSS_sp2)
            movq    PER_CPU_VAR(cpu_tss_rw + TSS_sp0), %rsp
            BUILD_SYSCALL_REGS
        """;

    [Macro]
    private const string LEAVE_BY_SYSRET = """
            POP_REGS_BUT_RDI
            popq    %rdi
            movq    RSP-ORIG_RAX(%rsp), %rsp
            swapgs
            sysretq
        """;

    [Macro]
    private const string LEAVE_BY_IRET = """
            POP_REGS
            swapgs
            iretq
        """;

    /// <summary>An interrupt: in the kernel it takes GS to be the kernel's, or looks at it as paranoid entries do.</summary>
    [Macro("handler:req looks_at_gs=0")]
    private const string INTERRUPT = """
            cld
            ASM_CLAC
            pushq   $-1
            PUSH_AND_CLEAR_REGS
            testb   $3, CS(%rsp)
            jz      .Lfrom_kernel_\@
            swapgs
            lfence
            movq    %rsp, %rdi
            call    \handler
            LEAVE_BY_IRET
        .Lfrom_kernel_\@:
            .if     \looks_at_gs
            SAVE_AND_SET_GSBASE
            .endif
            lfence
            movq    %rsp, %rdi
            call    \handler
            .if     \looks_at_gs
            wrgsbase %rbx
            .endif
            POP_REGS
            iretq
        """;

    [Macro("user_handler:req kernel_handler:req")]
    private const string PARANOID = """
            cld
            ASM_CLAC
            pushq   %rdx
            testb   $3, 2*8(%rsp)
            jz      .Lfrom_kernel_\@
            swapgs
            lfence
            MOVE_TO_STACK top=PER_CPU_VAR(cpu_tss_rw + TSS_sp0)
            movq    %rsp, %rdi
            call    \user_handler
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

    /// <summary>The half is told from the saved CS, as proposed: user mode means the user half.</summary>
    [Macro("regs:req")]
    private const string ESCAPE_BY_CS = """
            testb   $3, CS(\regs)
            jz      .Lescaped_\@
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
        .Lescaped_\@:
        """;

    [Macro("regs:req")]
    private const string RETURN_BY_CS = """
            testb   $3, CS(\regs)
            jz      .Lreturned_\@
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
        .Lreturned_\@:
        """;

    /// <summary>The half is told from CR3, and remembered in R13. Only the half: the task may be on another CPU when it returns, where its PCID is another one.</summary>
    [Macro]
    private const string ESCAPE_BY_CR3 = """
            SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r13
        """;

    [Macro]
    private const string RETURN_BY_CR3 = """
            btq     $PTI_USER_PGTABLE_BIT, %r13
            jnc     .Lreturned_\@
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
        .Lreturned_\@:
        """;

    /// <summary>The system call, and the C functions of all entries.</summary>
    [Macro]
    private const string SYSCALL_IN_C = """
            SYSCALL_ON_ENTRY_STACK
            movq    %rsp, %rdi
            call    c_syscall
            testb   %al, %al
            jz      .Lby_iret
            LEAVE_BY_SYSRET
        .Lby_iret:
            LEAVE_BY_IRET

            .pushsection .noinstr.text, "ax"
        c_syscall:
            C_HANDLER body=do_syscall_64 is_syscall=1
        c_interrupt:
            C_HANDLER body=sysvec_apic_timer_interrupt
        c_user_nmi:
            C_HANDLER body=exc_nmi
        c_nmi:
            C_PARANOID_HANDLER body=exc_nmi
        c_user_machine_check:
            C_HANDLER body=exc_machine_check
        c_machine_check:
            C_PARANOID_HANDLER body=exc_machine_check
            .popsection
        """;
}
