namespace EntryGen.Asm.Instructions;

public static partial class InstructionTable
{
    private static IEnumerable<InstructionInfo> Bits() =>
    [
        BitTest(Op.Bt, "BT", "CF = bit src of dst", "r r"),
        BitTest(Op.Bts, "BTS", "CF = bit src of dst; set it", "rw r"),
        BitTest(Op.Btr, "BTR", "CF = bit src of dst; clear it", "rw r"),
        BitTest(Op.Btc, "BTC", "CF = bit src of dst; complement it", "rw r"),
        Row(Op.Bsf, "BSF", "dst = number of the lowest set bit of src; ZF = src is 0, then dst is undefined", "bsf", "wlq", "rm,r", "rw r")
            with { FlagsWritten = ZF, FlagsUndefined = CF | OF | SF | AF | PF },
        Row(Op.Bsr, "BSR", "dst = number of the highest set bit of src; ZF = src is 0, then dst is undefined", "bsr", "wlq", "rm,r", "rw r")
            with { FlagsWritten = ZF, FlagsUndefined = CF | OF | SF | AF | PF },
        Row(Op.Popcnt, "POPCNT", "dst = number of set bits of src", "popcnt", "wlq", "rm,r", "w r") with { FlagsWritten = Arithmetic },
        Row(Op.Set, "SETcc", "dst = 1 if the condition holds, else 0", Conditional("set"), "b", "rm", "w") with { DefaultWidth = 1 },
    ];

    // With a register bit number and a memory operand the number selects the place in memory too (bit string); ZF keeps its value.
    private static InstructionInfo BitTest(Op op, string name, string summary, string uses) =>
        Row(op, name, summary, name.ToLowerInvariant(), "wlq", "rb,rm", uses) with { FlagsWritten = CF, FlagsUndefined = OF | SF | AF | PF };
}
