using EntryGen;

namespace Kaiser;

/// <summary>What both macro sets build on: <c>pt_regs</c>, selectors, per-CPU variables, and how registers are saved and put back.</summary>
[EntryCode]
public static partial class Frame
{
    private const int RBP = 4 * 8;
    private const int RBX = 5 * 8;
    private const int RAX = 10 * 8;
    private const int RDI = 14 * 8;
    private const int ORIG_RAX = 15 * 8;
    private const int RIP = 16 * 8;
    private const int CS = 17 * 8;
    private const int EFLAGS = 18 * 8;
    private const int RSP = 19 * 8;

    private const int KERNEL_CS = 0x10;
    private const int KERNEL_DS = 0x18;
    private const int USER32_CS = 0x23;
    private const int USER_DS = 0x2b;
    private const int USER_CS = 0x33;

    private const uint MSR_GS_BASE = 0xC000_0101;
    private const int ENOSYS = 38;
    private const int X86_EFLAGS_TF = 1 << 8;
    private const int X86_EFLAGS_DF = 1 << 10;
    private const int X86_EFLAGS_NT = 1 << 14;
    private const int X86_EFLAGS_AC = 1 << 18;
    private const int X86_EFLAGS_FIXED = 1 << 1;
    private const int NMI_STACK_SIZE = 2 * 4096;

    /// <summary>Where the processor finds the stack for events from user mode, in the task state segment.</summary>
    private const int TSS_sp0 = 4;

    /// <summary>A word of the task state segment that the processor does not use: room for the user's RSP.</summary>
    private const int TSS_sp2 = 20;

    /// <summary>The task state segment. User page tables map it, since the processor reads it through them.</summary>
    [PerCpu(UserMapped = true, Size = 104)]
    public static partial PerCpu<ulong> cpu_tss_rw { get; }

    /// <summary>The page for the return to 16-bit stacks, through the direct map.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ulong> espfix_waddr { get; }

    /// <summary>The read-only alias of that page.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ulong> espfix_stack { get; }

    /// <summary>Completes <c>pt_regs</c>; the five words of the hardware frame and <c>orig_ax</c> are there. What C does not need is cleared.</summary>
    [Macro("rax=%rax rcx=%rcx rdx=%rdx")]
    private const string PUSH_AND_CLEAR_REGS = """
            .irp    reg, %rdi, %rsi, \rdx, \rcx, \rax, %r8, %r9, %r10, %r11, %rbx, %rbp, %r12, %r13, %r14, %r15
            pushq   \reg
            .endr
            .irp    reg, esi, edx, ecx, r8d, r9d, r10d, r11d, ebx, ebp, r12d, r13d, r14d, r15d
            xorl    %\reg, %\reg
            .endr
        """;

    /// <summary>SYSENTER leaves flags as the user had them: those that C code does not stand are cleared.</summary>
    [Macro]
    private const string CLEAR_USER_FLAGS = """
            ASM_CLAC
            testl   $X86_EFLAGS_NT | X86_EFLAGS_AC | X86_EFLAGS_TF, EFLAGS(%rsp)
            jz      .Lflags_are_fine_\@
            pushq   $X86_EFLAGS_FIXED
            popfq
        .Lflags_are_fine_\@:
            cld
        """;

    /// <summary>Takes all registers back from <c>pt_regs</c> but RDI, which lies on top of the stack then.</summary>
    [Macro]
    private const string POP_REGS_BUT_RDI = """
            .irp    reg, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi
            popq    %\reg
            .endr
        """;

    /// <summary>Takes all registers back, and <c>orig_ax</c> off the stack.</summary>
    [Macro]
    private const string POP_REGS = """
            POP_REGS_BUT_RDI
            popq    %rdi
            addq    $8, %rsp
        """;

    /// <summary>Makes GS the kernel's wherever the event hit: EBX says afterwards whether it was (1), or was swapped (0).</summary>
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
}
