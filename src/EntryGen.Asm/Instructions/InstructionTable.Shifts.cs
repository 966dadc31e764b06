namespace EntryGen.Asm.Instructions;

// A count of 0 changes no flag; a count of 1 defines OF; CF is undefined when the count exceeds an 8 or 16-bit operand.
public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> Shifts() =>
    [
        Shift(Op.Shl, "SAL/SAR/SHL/SHR", "dst = dst << count", "shl sal"),
        Shift(Op.Shr, "SAL/SAR/SHL/SHR", "dst = dst >> count, zeros enter", "shr"),
        Shift(Op.Sar, "SAL/SAR/SHL/SHR", "dst = dst >> count, the sign enters", "sar"),
        Rotate(Op.Rol, "dst rotated left by count", "rol"),
        Rotate(Op.Ror, "dst rotated right by count", "ror"),
        Rotate(Op.Rcl, "CF:dst rotated left by count", "rcl") with { FlagsRead = CF },
        Rotate(Op.Rcr, "CF:dst rotated right by count", "rcr") with { FlagsRead = CF },
        DoubleShift(Op.Shld, "SHLD", "dst = dst << count, the high bits of src enter"),
        DoubleShift(Op.Shrd, "SHRD", "dst = dst >> count, the low bits of src enter"),
    ];

    private static InstructionInfo Shift(Op op, string name, string summary, string mnemonics) =>
        Row(op, name, summary, mnemonics, "bwlq", "rm bc,rm", "rw r") with { FlagsWritten = CF | PF | ZF | SF, FlagsUndefined = OF | AF };

    private static InstructionInfo Rotate(Op op, string summary, string mnemonic) =>
        Row(op, "RCL/RCR/ROL/ROR", summary, mnemonic, "bwlq", "rm bc,rm", "rw r") with { FlagsWritten = CF, FlagsUndefined = OF };

    private static InstructionInfo DoubleShift(Op op, string name, string summary) =>
        Row(op, name, summary, name.ToLowerInvariant(), "wlq", "r,rm bc,r,rm", "rw r r") with { FlagsWritten = CF | PF | ZF | SF, FlagsUndefined = OF | AF };
}
