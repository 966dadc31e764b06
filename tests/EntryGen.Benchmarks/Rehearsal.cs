namespace EntryGen.Benchmarks;

/// <summary>
/// A system call and its return under page-table isolation, done in ring 0 from end to end so that every engine can run it: 88 instructions from the
/// caller's stub through the entry, a handler that does nothing, and the exit by IRET, and two that loop. The registers, stacks and order are those
/// of the anchor programs that it is compared with.
/// </summary>
[EntryCode]
internal static partial class Rehearsal
{
    /// <summary>The bits of CR3 that tell the user half: the table (12) and the PCID (11).</summary>
    private const long HALF_BITS = 0x1800;

    private const long CR3_KEEP_BIT = 63;

    private const long RING0_CS = 0x10;

    private const long RING0_SS = 0x18;

    [PerCpu(Offset = 4, UserMapped = true)]
    public static partial PerCpu<ulong> trampoline_top { get; }

    [PerCpu(Offset = 20, UserMapped = true)]
    public static partial PerCpu<ulong> caller_stack { get; }

    [PerCpu(Offset = 0x1000)]
    public static partial PerCpu<ulong> task_stack_top { get; }

    [PerCpu(Offset = 0x1008)]
    public static partial PerCpu<ulong> flush_pending { get; }

    [Macro("tmp:req")]
    private const string TO_KERNEL_HALF = """
            mov     %cr3, \tmp
            bts     $CR3_KEEP_BIT, \tmp
            and     $~HALF_BITS, \tmp
            mov     \tmp, %cr3
        """;

    /// <summary>The first switch to a PCID whose flush is pending flushes it; every later one keeps its translations.</summary>
    [Macro("new:req old:req")]
    private const string TO_USER_HALF = """
            mov     %cr3, \new
            mov     \new, \old
            and     $0x7ff, \new
            bt      \new, %gs:flush_pending
            jnc     .Lkeep_\@
            btr     \new, %gs:flush_pending
            mov     \old, \new
            jmp     .Lswitch_\@
        .Lkeep_\@:
            mov     \old, \new
            bts     $CR3_KEEP_BIT, \new
        .Lswitch_\@:
            or      $0x800, \new
            or      $0x1000, \new
            mov     \new, %cr3
        """;

    [Macro]
    private const string PUSH_REGISTERS = """
        .irp    reg, rdi, rsi, rdx, rcx
            push    %\reg
        .endr
            pushq   $-38
        .irp    reg, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
            push    %\reg
        .endr
        """;

    [Macro]
    private const string CLEAR_REGISTERS = """
        .irp    reg, esi, edx, ecx, r8d, r9d, r10d, r11d, ebx, ebp, r12d, r13d, r14d, r15d
            xorl    %\reg, %\reg
        .endr
        """;

    [Macro]
    private const string POP_REGISTERS = """
        .irp    reg, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi
            pop     %\reg
        .endr
        """;

    /// <summary>RBX counts the round trips. It ends at HLT.</summary>
    [Entry("""
        again:
            mov     $39, %eax
            lea     returned(%rip), %rcx
            mov     $2, %r11d
            jmp     entry

        returned:
            dec     %rbx
            jnz     again
            hlt

        entry:
            swapgs
            mov     %rsp, %gs:caller_stack
            TO_KERNEL_HALF %rsp
            mov     %gs:task_stack_top, %rsp
            pushq   $RING0_SS
            pushq   %gs:caller_stack
            push    %r11
            pushq   $RING0_CS
            push    %rcx
            push    %rax
            PUSH_REGISTERS
            CLEAR_REGISTERS
            mov     %rsp, %rdi
            movslq  %eax, %rsi
            call    handler
            POP_REGISTERS
            mov     %rsp, %rdi
            mov     %gs:trampoline_top, %rsp
            pushq   48(%rdi)
            pushq   40(%rdi)
            pushq   32(%rdi)
            pushq   24(%rdi)
            pushq   16(%rdi)
            pushq   (%rdi)
            push    %rax
            TO_USER_HALF new=%rdi old=%rax
            pop     %rax
            pop     %rdi
            swapgs
            testb   $4, 32(%rsp)
            jnz     small_stack
            iretq

        small_stack:
            hlt

        .pushsection .text, "ax"
        handler:
            ret
        .popsection
        """)]
    public static partial Stop round_trips(ref Cpu cpu);
}
