namespace EntryGen.Benchmarks;

/// <summary>
/// A paranoid exception and its return, done in ring 0 from end to end: the frame is built by software, then the entry saves the registers, switches CR3 and
/// GS if it must, calls a handler that does nothing, and puts everything back. Whether it must depends on the state in which the loop starts.
/// </summary>
[EntryCode]
internal static partial class ParanoidRehearsal
{
    private const long HALF_BITS = 0x1800;

    private const long CR3_KEEP_BIT = 63;

    private const long RING0_CS = 0x10;

    private const long RING0_SS = 0x18;

    private const long GS_BASE_MSR = 0xc0000101;

    private const long EXCEPTION_STACK_TOP = unchecked((long)0xffff_ffff_8002_3ff0);

    /// <summary>By its linear address, because GS may be the user's.</summary>
    private const long FLUSH_PENDING = unchecked((long)0xffff_ffff_8002_5008);

    [Macro]
    private const string PUSH_REGISTERS = """
        .irp    reg, rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
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
        .irp    reg, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
            pop     %\reg
        .endr
        """;

    /// <summary>RBX counts the round trips. It ends at HLT.</summary>
    [Entry("""
        again:
            mov     %rsp, %rax
            mov     $EXCEPTION_STACK_TOP, %rsp
            pushq   $RING0_SS
            push    %rax
            pushq   $2
            pushq   $RING0_CS
            pushq   $returned
            jmp     exception

        returned:
            dec     %rbx
            jnz     again
            hlt

        exception:
            pushq   $-1
            PUSH_REGISTERS
            CLEAR_REGISTERS
            mov     %cr3, %rax
            mov     %rax, %r14
            bt      $12, %rax
            jnc     .Lkernel_half
            bts     $CR3_KEEP_BIT, %rax
            and     $~HALF_BITS, %rax
            mov     %rax, %cr3
        .Lkernel_half:
            mov     $1, %ebx
            mov     $GS_BASE_MSR, %ecx
            rdmsr
            test    %edx, %edx
            js      .Lkernel_gs
            swapgs
            xorl    %ebx, %ebx
        .Lkernel_gs:
            mov     %rsp, %rdi
            mov     $-1, %rsi
            call    handler
            test    %ebx, %ebx
            jnz     .Lrestore_cr3
        .Lrestore_cr3:
            bt      $12, %r14
            jnc     .Lwas_kernel_half
            mov     %r14, %rax
            and     $0x7ff, %rax
            bt      %rax, FLUSH_PENDING
            jnc     .Lkeep
            btr     %rax, FLUSH_PENDING
            jmp     .Lback
        .Lkeep:
            bts     $CR3_KEEP_BIT, %r14
        .Lback:
            test    %ebx, %ebx
            jnz     .Lswitch
            swapgs
        .Lswitch:
            mov     %r14, %cr3
            jmp     .Lrestore
        .Lwas_kernel_half:
            test    %ebx, %ebx
            jnz     .Lrestore
            swapgs
        .Lrestore:
            POP_REGISTERS
            add     $8, %rsp
            iretq

        .pushsection .text, "ax"
        handler:
            ret
        .popsection
        """, Kind = EntryKind.Nmi)]
    public static partial Stop round_trips(ref Cpu cpu);
}
