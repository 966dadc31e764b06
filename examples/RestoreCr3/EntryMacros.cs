using EntryGen;

// SkipAlways is wrong on purpose.
#pragma warning disable EG2005

// A real machine check in user mode moves to the task's stack first; this one is looked at for its CR3 only.
#pragma warning disable EG2014

// Nobody changes the saved registers here, as a debugger could: SYSRET finds what SYSCALL left.
#pragma warning disable EG3012

namespace RestoreCr3;

/// <summary>The entries, in which <c>RESTORE_CR3</c> is left open: each unit that includes these macros brings its own.</summary>
[EntryCode(Include = [typeof(Cr3Macros)])]
public static partial class EntryMacros
{
    /// <summary>Where the task state segment holds the stack for events from user mode, and a word that nobody uses.</summary>
    private const int TSS_sp0 = 4;
    private const int TSS_sp2 = 20;

    /// <summary>The task state segment, which the processor reads through the user's page tables too.</summary>
    [PerCpu(UserMapped = true, Size = 104)]
    public static partial PerCpu<ulong> cpu_tss_rw { get; }

    /// <summary>Top of the current task's stack.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ulong> cpu_current_top_of_stack { get; }

    private const uint MSR_GS_BASE = 0xC000_0101;

    /// <summary>Where the interrupted CS lies above the fifteen saved registers: behind RIP.</summary>
    private const int FRAME_CS = (15 * 8) + 8;

    [Macro]
    private const string PUSH_REGISTERS = """
            .irp    reg, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
            pushq   %\reg
            .endr
        """;

    [Macro]
    private const string POP_REGISTERS = """
            .irp    reg, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax
            popq    %\reg
            .endr
        """;

    /// <summary>Makes GS the kernel's wherever the event hit. EBX says afterwards whether it was (1) or was swapped (0). A kernel address is negative.</summary>
    [Macro]
    private const string PARANOID_SWAPGS = """
            movl    $1, %ebx
            movl    $MSR_GS_BASE, %ecx
            rdmsr
            testl   %edx, %edx
            js      .Lgs_is_kernel_\@
            swapgs
            xorl    %ebx, %ebx
        .Lgs_is_kernel_\@:
            lfence
        """;

    /// <summary>
    /// An event that may hit anywhere: an NMI, a machine check, a debug exception. From user mode everything is known and both switches are made outright; in the kernel nothing is, so that CR3 and GS are
    /// looked at, saved in registers that C preserves, and put back. It stays on its own stack, and takes no care of an NMI in an NMI: neither is what this example asks about.
    /// </summary>
    [Macro("handler:req")]
    private const string PARANOID_ENTRY = """
            cld
            ASM_CLAC
            PUSH_REGISTERS
            testb   $3, FRAME_CS(%rsp)
            jz      .Lfrom_kernel_\@

            swapgs
            lfence
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            movq    %rsp, %rdi
            call    \handler
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
            swapgs
            jmp     .Lreturn_\@

        .Lfrom_kernel_\@:
            SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r14
            PARANOID_SWAPGS
            movq    %rsp, %rdi
            call    \handler
            RESTORE_CR3 scratch_reg=%rax save_reg=%r14
            testl   %ebx, %ebx
            jnz     .Lreturn_\@
            swapgs

        .Lreturn_\@:
            POP_REGISTERS
            iretq
        """;

    /// <summary>A system call: what the events above interrupt. On the way out CR3 is the user's for a few instructions before user code runs.</summary>
    [Macro]
    private const string SYSCALL_ENTRY = """
            swapgs
            movq    %rsp, PER_CPU_VAR(cpu_tss_rw + TSS_sp2)
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rsp
            movq    PER_CPU_VAR(cpu_current_top_of_stack), %rsp
            pushq   PER_CPU_VAR(cpu_tss_rw + TSS_sp2)
            pushq   %rcx
            pushq   %r11
            pushq   %rdi
            pushq   %rsi
            pushq   %rdx
            pushq   %r8
            pushq   %r9
            pushq   %r10
            call    do_syscall
            popq    %r10
            popq    %r9
            popq    %r8
            popq    %rdx
            popq    %rsi
            movq    %rsp, %rdi
            movq    PER_CPU_VAR(cpu_tss_rw + TSS_sp0), %rsp
            pushq   3*8(%rdi)
            pushq   (%rdi)
            movq    1*8(%rdi), %r11
            movq    2*8(%rdi), %rcx
            pushq   %rax
            SWITCH_TO_USER_CR3 scratch_reg=%rdi scratch_reg2=%rax
            popq    %rax
            popq    %rdi
            popq    %rsp
            swapgs
            sysretq
        """;
}
