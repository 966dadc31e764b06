using EntryGen;

// The question here is one about CR3, on a machine that does not speculate; real code has fences behind SWAPGS.
#pragma warning disable EG3001

namespace RestoreCr3;

/// <summary>The NMI's entry, in which <c>RESTORE_CR3</c> is left open: each unit that includes these macros brings its own.</summary>
[EntryCode(Include = [typeof(Cr3Macros)])]
public static partial class NmiMacros
{
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
        """;

    /// <summary>
    /// The whole entry. From user mode everything is known and both switches are made outright; in the kernel nothing is, so that CR3 and GS are looked at,
    /// saved in registers that C preserves, and put back.
    /// </summary>
    [Macro]
    private const string NMI_ENTRY = """
            cld
            PUSH_REGISTERS
            testb   $3, FRAME_CS(%rsp)
            jz      .Lfrom_kernel_\@

            swapgs
            SWITCH_TO_KERNEL_CR3 scratch_reg=%rax
            movq    %rsp, %rdi
            call    exc_nmi
            SWITCH_TO_USER_CR3 scratch_reg=%rax scratch_reg2=%rcx
            swapgs
            jmp     .Lreturn_\@

        .Lfrom_kernel_\@:
            SAVE_AND_SWITCH_TO_KERNEL_CR3 scratch_reg=%rax save_reg=%r14
            PARANOID_SWAPGS
            movq    %rsp, %rdi
            call    exc_nmi
            RESTORE_CR3 scratch_reg=%rax save_reg=%r14
            testl   %ebx, %ebx
            jnz     .Lreturn_\@
            swapgs

        .Lreturn_\@:
            POP_REGISTERS
            iretq
        """;
}
