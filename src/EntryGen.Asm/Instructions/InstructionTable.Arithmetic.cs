namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private const string Binary = "ri,rm m,r";

    private static IEnumerable<InstructionInfo> ArithmeticAndLogic() =>
    [
        Row(Op.Add, "ADD", "dst = dst + src", "add", "bwlq", Binary, "rw r") with { FlagsWritten = Arithmetic },
        Row(Op.Adc, "ADC", "dst = dst + src + CF", "adc", "bwlq", Binary, "rw r") with { FlagsRead = CF, FlagsWritten = Arithmetic },
        Row(Op.Sub, "SUB", "dst = dst - src", "sub", "bwlq", Binary, "rw r") with { FlagsWritten = Arithmetic },
        Row(Op.Sbb, "SBB", "dst = dst - src - CF", "sbb", "bwlq", Binary, "rw r") with { FlagsRead = CF, FlagsWritten = Arithmetic },
        Row(Op.Cmp, "CMP", "flags of dst - src", "cmp", "bwlq", Binary, "r r") with { FlagsWritten = Arithmetic },
        Row(Op.Neg, "NEG", "dst = -dst; CF = dst was not 0", "neg", "bwlq", "rm", "rw") with { FlagsWritten = Arithmetic },
        Row(Op.Inc, "INC", "dst = dst + 1, CF kept", "inc", "bwlq", "rm", "rw") with { FlagsWritten = Arithmetic & ~CF },
        Row(Op.Dec, "DEC", "dst = dst - 1, CF kept", "dec", "bwlq", "rm", "rw") with { FlagsWritten = Arithmetic & ~CF },
        Row(Op.Mul, "MUL", "RDX:RAX = accumulator * src, unsigned (AX for bytes)", "mul", "bwlq", "rm", "r")
            with { ImplicitReads = Rax, ImplicitWrites = Rax | Rdx, FlagsWritten = CF | OF, FlagsUndefined = SF | ZF | AF | PF },
        Row(Op.Imul, "IMUL", "dst = dst * src, signed", "imul", "wlq", "rm,r", "rw r") with { FlagsWritten = CF | OF, FlagsUndefined = SF | ZF | AF | PF },
        Row(Op.ImulImmediate, "IMUL", "dst = src * immediate, signed", "imul", "wlq", "i,rm,r i,r", "w r r")
            with { FlagsWritten = CF | OF, FlagsUndefined = SF | ZF | AF | PF },
        Row(Op.ImulWide, "IMUL", "RDX:RAX = accumulator * src, signed (AX for bytes)", "imul", "bwlq", "rm", "r")
            with { ImplicitReads = Rax, ImplicitWrites = Rax | Rdx, FlagsWritten = CF | OF, FlagsUndefined = SF | ZF | AF | PF },
        Row(Op.Div, "DIV", "accumulator, remainder = RDX:RAX / src, unsigned; #DE when 0 or too large", "div", "bwlq", "rm", "r")
            with { ImplicitReads = Rax | Rdx, ImplicitWrites = Rax | Rdx, FlagsUndefined = Arithmetic, CanFault = true },
        Row(Op.Idiv, "IDIV", "accumulator, remainder = RDX:RAX / src, signed; #DE when 0 or too large", "idiv", "bwlq", "rm", "r")
            with { ImplicitReads = Rax | Rdx, ImplicitWrites = Rax | Rdx, FlagsUndefined = Arithmetic, CanFault = true },
        Logic(Op.And, "AND", "dst = dst & src"),
        Logic(Op.Or, "OR", "dst = dst | src"),
        Logic(Op.Xor, "XOR", "dst = dst ^ src"),
        Row(Op.Not, "NOT", "dst = ~dst", "not", "bwlq", "rm", "rw"),
        Logic(Op.Test, "TEST", "flags of dst & src", "r r"),
    ];

    // CF and OF become 0.
    private static InstructionInfo Logic(Op op, string name, string summary, string uses = "rw r") =>
        Row(op, name, summary, name.ToLowerInvariant(), "bwlq", Binary, uses) with { FlagsWritten = CF | OF | SF | ZF | PF, FlagsUndefined = AF };
}
