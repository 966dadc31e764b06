namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> StackOperations() =>
    [
        Row(Op.Push, "PUSH", "RSP = RSP - width; store src there", "push", "wq", "rmi s", "r")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, CanFault = true, DefaultWidth = 8 },
        Row(Op.Pop, "POP", "load dst from the top of the stack; RSP = RSP + width", "pop", "wq", "rm s", "w")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, CanFault = true, DefaultWidth = 8 },
        Row(Op.Pushf, "PUSHF/PUSHFD/PUSHFQ", "push RFLAGS with VM and RF as 0", "pushf", "wq", "-")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, FlagsRead = AllFlags, CanFault = true, DefaultWidth = 8 },
        Row(Op.Popf, "POPF/POPFD/POPFQ", "pop RFLAGS as far as CPL and IOPL allow", "popf", "wq", "-")
            with { ImplicitReads = Rsp, ImplicitWrites = Rsp, FlagsRead = StatusFlags.IF, FlagsWritten = AllFlags, CanFault = true, DefaultWidth = 8 },
        Row(Op.Leave, "LEAVE", "RSP = RBP; pop RBP", "leave", "wq", "-")
            with { ImplicitReads = Rbp, ImplicitWrites = Rsp | Rbp, CanFault = true, DefaultWidth = 8 },
    ];
}
