namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> ControlTransfers() =>
    [
        Row(Op.Jmp, "JMP", "go to the target", "jmp", "q", "l *", "r") with { ControlFlow = ControlFlow.Jump, DefaultWidth = 8 },
        Row(Op.Jcc, "Jcc", "if the condition holds then go to the target", Conditional("j"), "", "l", "r") with { ControlFlow = ControlFlow.ConditionalJump },
        Row(Op.Jrcxz, "Jcc", "if RCX (ECX) is 0 then go to the target", "jrcxz jecxz", "", "l", "r")
            with { ImplicitReads = Rcx, ControlFlow = ControlFlow.ConditionalJump },
        Row(Op.Loop, "LOOP/LOOPcc", "RCX = RCX - 1; if it is not 0 and the condition holds then go to the target", "loop loope loopz loopne loopnz", "", "l", "r")
            with { ImplicitReads = Rcx, ImplicitWrites = Rcx, FlagsRead = ZF, ControlFlow = ControlFlow.ConditionalJump },
        Row(Op.Call, "CALL", "push the address of the next instruction; go to the target", "call", "q", "l *", "r")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, CanFault = true, ControlFlow = ControlFlow.Call, DefaultWidth = 8 },
        Row(Op.Ret, "RET", "pop RIP; RSP = RSP + immediate", "ret", "wq", "- w", "r")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, CanFault = true, ControlFlow = ControlFlow.Return, DefaultWidth = 8 },
        Row(Op.FarJmp, "JMP", "go to the far pointer in memory", "ljmp", "wl", "@", "r")
            with { CanFault = true, ControlFlow = ControlFlow.Jump, DefaultWidth = 4 },
        Row(Op.FarCall, "CALL", "push CS and the address of the next instruction; go to the far pointer in memory", "lcall", "wl", "@", "r")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, CanFault = true, ControlFlow = ControlFlow.Call, DefaultWidth = 4 },
        Row(Op.FarRet, "RET", "pop RIP and CS; RSP = RSP + immediate", "lret", "wlq", "- w", "r")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, CanFault = true, ControlFlow = ControlFlow.Return, DefaultWidth = 4 },
        Row(Op.Iret, "IRET/IRETD/IRETQ", "pop RIP, CS, RFLAGS, RSP and SS; NMIs are no longer blocked", "iret", "wlq", "-")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, FlagsWritten = AllFlags, CanFault = true, IsSerializing = true, ControlFlow = ControlFlow.InterruptReturn, DefaultWidth = 4 },
        Row(Op.Sysret, "SYSRET", "go to user mode: RIP = RCX, RFLAGS = R11, CS and SS from STAR", "sysret", "lq", "-")
            with { ImplicitReads = Rcx | R11, FlagsWritten = AllFlags, CanFault = true, ControlFlow = ControlFlow.SystemReturn, DefaultWidth = 4 },
        Row(Op.Sysexit, "SYSEXIT", "go to user mode: RIP = RDX, RSP = RCX, CS and SS from SYSENTER_CS", "sysexit", "lq", "-")
            with { ImplicitReads = Rcx | Rdx, ImplicitWrites = Rsp, CanFault = true, ControlFlow = ControlFlow.SystemReturn, DefaultWidth = 4 },
        Row(Op.Syscall, "SYSCALL", "RCX = next RIP, R11 = RFLAGS; go to LSTAR in kernel mode, RFLAGS masked by SFMASK", "syscall", "", "-")
            with { ImplicitWrites = Rcx | R11, FlagsRead = AllFlags, FlagsWritten = AllFlags, CanFault = true, ControlFlow = ControlFlow.Trap },
        Row(Op.Sysenter, "SYSENTER", "go to SYSENTER_EIP in kernel mode, RSP = SYSENTER_ESP, IF = 0", "sysenter", "", "-")
            with { ImplicitWrites = Rsp, FlagsWritten = StatusFlags.IF, CanFault = true, ControlFlow = ControlFlow.Trap },
        Row(Op.Eretu, "ERETU", "pop a FRED frame and go to user mode; NMIs are unblocked if the frame says so", "eretu", "", "-")
            with { Reference = FredReturn, ImplicitReads = Rsp, ImplicitWrites = Rsp, FlagsWritten = AllFlags, CanFault = true, IsSerializing = true, ControlFlow = ControlFlow.SystemReturn },
        Row(Op.Erets, "ERETS", "pop a FRED frame and go on in kernel mode; NMIs are unblocked if the frame says so", "erets", "", "-")
            with { Reference = FredReturn, ImplicitReads = Rsp, ImplicitWrites = Rsp, FlagsWritten = AllFlags, CanFault = true, IsSerializing = true, ControlFlow = ControlFlow.InterruptReturn },
        Row(Op.Int, "INT n/INTO/INT3/INT1", "deliver the software interrupt of that vector", "int", "", "b", "r")
            with { FlagsRead = AllFlags, FlagsWritten = StatusFlags.IF, CanFault = true, ControlFlow = ControlFlow.Trap },
        Row(Op.Int3, "INT n/INTO/INT3/INT1", "deliver #BP", "int3", "", "-")
            with { FlagsRead = AllFlags, FlagsWritten = StatusFlags.IF, CanFault = true, ControlFlow = ControlFlow.Trap },
        Row(Op.Ud2, "UD", "raise #UD", "ud2 ud2a", "", "-") with { FlagsRead = AllFlags, CanFault = true, ControlFlow = ControlFlow.Trap },
        Row(Op.Hlt, "HLT", "wait for an event", "hlt", "", "-") with { CanFault = true, ControlFlow = ControlFlow.Halt },
    ];

    private const string FredReturn = "Flexible Return and Event Delivery (FRED) specification, FRED returns";
}
