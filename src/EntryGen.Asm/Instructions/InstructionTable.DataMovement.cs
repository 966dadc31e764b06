namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> DataMovement() =>
    [
        Row(Op.Mov, "MOV", "dst = src", "mov movabs", "bwlq", "ri,rm m,r I,r", "w r"),
        Row(Op.Movnti, "MOVNTI", "dst = src, past the caches", "movnti", "lq", "r,m", "w r"),
        Row(Op.Movsx, "MOVSX/MOVSXD", "dst = src sign-extended", "movsx movsxd", "wlq", "Rm,r", "w r"),
        Row(Op.Movzx, "MOVZX", "dst = src zero-extended", "movzx", "wlq", "Rm,r", "w r"),
        Row(Op.Lea, "LEA", "dst = address of src", "lea", "wlq", "m,r", "w a"),
        Row(Op.Xchg, "XCHG", "exchange src and dst; with memory a locked access", "xchg", "bwlq", "r,rm m,r", "rw rw"),
        Row(Op.Xadd, "XADD", "src, dst = dst, dst + src", "xadd", "bwlq", "r,rm", "rw rw") with { FlagsWritten = Arithmetic },
        Row(Op.Cmpxchg, "CMPXCHG", "if dst equals the accumulator then dst = src else accumulator = dst; ZF = equal", "cmpxchg", "bwlq", "r,rm", "rw r")
            with { ImplicitReads = Rax, ImplicitWrites = Rax, FlagsWritten = Arithmetic },
        Row(Op.Cmpxchg16b, "CMPXCHG8B/CMPXCHG16B", "if dst equals RDX:RAX then dst = RCX:RBX else RDX:RAX = dst; ZF = equal", "cmpxchg8b cmpxchg16b", "qx", "m", "rw")
            with { ImplicitReads = Rax | Rbx | Rcx | Rdx, ImplicitWrites = Rax | Rdx, FlagsWritten = ZF, CanFault = true },
        Row(Op.Bswap, "BSWAP", "reverse the bytes of dst", "bswap", "lq", "r", "rw"),
        Row(Op.Cmov, "CMOVcc", "if the condition holds then dst = src", Conditional("cmov"), "wlq", "rm,r", "rw r"),
        Row(Op.Cdqe, "CBW/CWDE/CDQE", "sign-extend the lower half of the accumulator into all of it", "cbtw cbw cwtl cwde cltq cdqe", "wlq", "-")
            with { ImplicitReads = Rax, ImplicitWrites = Rax },
        Row(Op.Cqo, "CWD/CDQ/CQO", "fill DX, EDX or RDX with the sign of the accumulator", "cwtd cwd cltd cdq cqto cqo", "wlq", "-")
            with { ImplicitReads = Rax, ImplicitWrites = Rdx },
        Row(Op.Movs, "MOVS/MOVSB/MOVSW/MOVSD/MOVSQ", "copy from [RSI] to [RDI] and step both by DF", "movs", "bwlq", "- m,m", "w r")
            with { ImplicitReads = Rsi | Rdi, ImplicitWrites = Rsi | Rdi, FlagsRead = StatusFlags.DF, CanFault = true },
        Row(Op.Stos, "STOS/STOSB/STOSW/STOSD/STOSQ", "store the accumulator to [RDI] and step RDI by DF", "stos", "bwlq", "- m a,m", "w r")
            with { ImplicitReads = Rax | Rdi, ImplicitWrites = Rdi, FlagsRead = StatusFlags.DF, CanFault = true },
        Row(Op.Lods, "LODS/LODSB/LODSW/LODSD/LODSQ", "load the accumulator from [RSI] and step RSI by DF", "lods", "bwlq", "- m m,a", "w r")
            with { ImplicitReads = Rax | Rsi, ImplicitWrites = Rax | Rsi, FlagsRead = StatusFlags.DF, CanFault = true },
        Row(Op.Scas, "SCAS/SCASB/SCASW/SCASD", "compare the accumulator with [RDI] and step RDI by DF", "scas", "bwlq", "- m m,a", "r r")
            with { ImplicitReads = Rax | Rdi, ImplicitWrites = Rdi, FlagsRead = StatusFlags.DF, FlagsWritten = Arithmetic, CanFault = true },
        Row(Op.Cmps, "CMPS/CMPSB/CMPSW/CMPSD/CMPSQ", "compare [RSI] with [RDI] and step both by DF", "cmps", "bwlq", "- m,m", "r r")
            with { ImplicitReads = Rsi | Rdi, ImplicitWrites = Rsi | Rdi, FlagsRead = StatusFlags.DF, FlagsWritten = Arithmetic, CanFault = true },
    ];
}
