namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private const StatusFlags LahfFlags = CF | PF | AF | ZF | SF;

    private static IEnumerable<InstructionInfo> Flags() =>
    [
        Row(Op.Clac, "CLAC", "AC = 0: kernel accesses to user pages fault under SMAP", "clac", "", "-") with { FlagsWritten = StatusFlags.AC, CanFault = true },
        Row(Op.Stac, "STAC", "AC = 1: kernel accesses to user pages are allowed under SMAP", "stac", "", "-") with { FlagsWritten = StatusFlags.AC, CanFault = true },
        Row(Op.Cli, "CLI", "IF = 0", "cli", "", "-") with { FlagsWritten = StatusFlags.IF, CanFault = true },
        Row(Op.Sti, "STI", "IF = 1; interrupts are taken after the next instruction at the earliest", "sti", "", "-")
            with { FlagsWritten = StatusFlags.IF, FlagsRead = StatusFlags.IF, CanFault = true },
        Row(Op.Cld, "CLD", "DF = 0", "cld", "", "-") with { FlagsWritten = StatusFlags.DF },
        Row(Op.Std, "STD", "DF = 1", "std", "", "-") with { FlagsWritten = StatusFlags.DF },
        Row(Op.Clc, "CLC", "CF = 0", "clc", "", "-") with { FlagsWritten = CF },
        Row(Op.Stc, "STC", "CF = 1", "stc", "", "-") with { FlagsWritten = CF },
        Row(Op.Cmc, "CMC", "CF = not CF", "cmc", "", "-") with { FlagsRead = CF, FlagsWritten = CF },
        Row(Op.Lahf, "LAHF", "AH = SF, ZF, AF, PF, CF", "lahf", "", "-") with { ImplicitReads = Rax, ImplicitWrites = Rax, FlagsRead = LahfFlags },
        Row(Op.Sahf, "SAHF", "SF, ZF, AF, PF, CF = AH", "sahf", "", "-") with { ImplicitReads = Rax, FlagsWritten = LahfFlags },
    ];
}
