using EntryGen;

namespace PtiStacks;

/// <summary>What all designs build on: <c>pt_regs</c>, per-CPU variables, and the switches between the halves of the page tables.</summary>
[EntryCode]
public static partial class Frame
{
    private const int PT_REGS_WORDS = 21;
    private const int CS = 17 * 8;
    private const int RSP = 19 * 8;
    private const int ORIG_RAX = 15 * 8;

    private const int KERNEL_CS = 0x10;
    private const int USER_DS = 0x2b;
    private const int USER_CS = 0x33;
    private const int CPUNODE_SEGMENT = 0x7b;
    private const int CPU_NUMBER_MASK = 0xfff;
    private const int ENOSYS = 38;

    private const int PTI_USER_PCID_BIT = 11;
    private const int PTI_USER_PGTABLE_BIT = 12;
    private const int PTI_USER_MASK = (1 << PTI_USER_PCID_BIT) | (1 << PTI_USER_PGTABLE_BIT);
    private const int KERNEL_PCID_MASK = (1 << PTI_USER_PCID_BIT) - 1;
    private const int CR3_NOFLUSH_BIT = 63;

    /// <summary>Where the processor finds the stack for events from user mode, in the task state segment.</summary>
    private const int TSS_sp0 = 4;

    /// <summary>A word of the task state segment that the processor does not use: room for the user's RSP.</summary>
    private const int TSS_sp2 = 20;

    /// <summary>The task state segment. User page tables map it, since the processor reads it through them.</summary>
    [PerCpu(UserMapped = true, Size = 104)]
    public static partial PerCpu<ulong> cpu_tss_rw { get; }

    /// <summary>Top of the current task's kernel stack, which only the kernel half maps.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ulong> cpu_current_top_of_stack { get; }

    /// <summary>Bit n: the user half's TLB entries of PCID n must go before user code runs again.</summary>
    [PerCpu(UserMapped = false)]
    public static partial PerCpu<ushort> user_pcid_flush_mask { get; }

    [Macro("scratch_reg:req")]
    private const string SWITCH_TO_KERNEL_CR3 = """
            ALTERNATIVE "jmp .Lto_kernel_done_\@", "", X86_FEATURE_PTI
            movq    %cr3, \scratch_reg
            ALTERNATIVE "", "btsq $CR3_NOFLUSH_BIT, \scratch_reg", X86_FEATURE_PCID
            andq    $~PTI_USER_MASK, \scratch_reg
            movq    \scratch_reg, %cr3
        .Lto_kernel_done_\@:
        """;

    [Macro("scratch_reg:req scratch_reg2:req")]
    private const string SWITCH_TO_USER_CR3 = """
            ALTERNATIVE "jmp .Lto_user_done_\@", "", X86_FEATURE_PTI
            movq    %cr3, \scratch_reg
            ALTERNATIVE "jmp .Luntagged_\@", "", X86_FEATURE_PCID
            movq    \scratch_reg, \scratch_reg2
            andq    $KERNEL_PCID_MASK, \scratch_reg2
            btrq    \scratch_reg2, PER_CPU_VAR(user_pcid_flush_mask)
            jc      .Lflush_\@
            btsq    $CR3_NOFLUSH_BIT, \scratch_reg
        .Lflush_\@:
            btsq    $PTI_USER_PCID_BIT, \scratch_reg
        .Luntagged_\@:
            btsq    $PTI_USER_PGTABLE_BIT, \scratch_reg
            movq    \scratch_reg, %cr3
        .Lto_user_done_\@:
        """;

    /// <summary>From anywhere in the kernel: keeps what CR3 was in <c>save_reg</c>, and writes it only when it was the user's.</summary>
    [Macro("scratch_reg:req save_reg:req")]
    private const string SAVE_AND_SWITCH_TO_KERNEL_CR3 = """
            ALTERNATIVE "jmp .Lsaved_\@", "", X86_FEATURE_PTI
            movq    %cr3, \save_reg
            btq     $PTI_USER_PGTABLE_BIT, \save_reg
            jnc     .Lsaved_\@
            SWITCH_TO_KERNEL_CR3 scratch_reg=\scratch_reg
        .Lsaved_\@:
        """;

    /// <summary>Puts back what <c>save_reg</c> kept, if it was the user's.</summary>
    [Macro("scratch_reg:req save_reg:req")]
    private const string RESTORE_CR3 = """
            ALTERNATIVE "jmp .Lrestored_\@", "", X86_FEATURE_PTI
            btq     $PTI_USER_PGTABLE_BIT, \save_reg
            jnc     .Lrestored_\@
            ALTERNATIVE "jmp .Lwrite_\@", "", X86_FEATURE_PCID
            movq    \save_reg, \scratch_reg
            andq    $KERNEL_PCID_MASK, \scratch_reg
            btrq    \scratch_reg, PER_CPU_VAR(user_pcid_flush_mask)
            jc      .Lwrite_\@
            btsq    $CR3_NOFLUSH_BIT, \save_reg
        .Lwrite_\@:
            movq    \save_reg, %cr3
        .Lrestored_\@:
        """;

    /// <summary>Completes <c>pt_regs</c>; the five words of the hardware frame and <c>orig_ax</c> are there. What C does not need is cleared.</summary>
    [Macro("rax=%rax rdx=%rdx")]
    private const string PUSH_AND_CLEAR_REGS = """
            .irp    reg, %rdi, %rsi, \rdx, %rcx, \rax, %r8, %r9, %r10, %r11, %rbx, %rbp, %r12, %r13, %r14, %r15
            pushq   \reg
            .endr
            .irp    reg, esi, edx, ecx, r8d, r9d, r10d, r11d, ebx, ebp, r12d, r13d, r14d, r15d
            xorl    %\reg, %\reg
            .endr
        """;

    /// <summary>All of <c>pt_regs</c> of a system call, on the stack on which RSP is.</summary>
    [Macro]
    private const string BUILD_SYSCALL_REGS = """
            pushq   $USER_DS
            pushq   PER_CPU_VAR(cpu_tss_rw + TSS_sp2)
            pushq   %r11
            pushq   $USER_CS
            pushq   %rcx
            pushq   %rax
            PUSH_AND_CLEAR_REGS rax=$-ENOSYS
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

    /// <summary>An NMI or a machine check in user mode: <c>pt_regs</c> on another stack than that of the event, whose five words are copied.</summary>
    [Macro("top:req")]
    private const string MOVE_TO_STACK = """
            movq    %rsp, %rdx
            movq    \top, %rsp
            .irp    slot, 5, 4, 3, 2, 1
            pushq   \slot*8(%rdx)
            .endr
            pushq   $-1
            PUSH_AND_CLEAR_REGS rdx=(%rdx)
        """;

    /// <summary>Makes GS the kernel's wherever the event hit, and keeps in RBX what it was. The CPU's number is in the limit of a segment.</summary>
    [Macro]
    private const string SAVE_AND_SET_GSBASE = """
            rdgsbase %rbx
            movq    $CPUNODE_SEGMENT, %rax
            lsl     %rax, %rax
            andq    $CPU_NUMBER_MASK, %rax
            movq    __per_cpu_offset(, %rax, 8), %rax
            wrgsbase %rax
        """;
}
