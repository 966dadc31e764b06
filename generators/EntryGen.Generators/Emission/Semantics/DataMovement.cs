using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>MOV and its relatives, exchanges, conversions.</summary>
internal static class DataMovement
{
    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Mov, t => t.Write(t.Destination, t.Read(t.Source)));
        table.Add(Op.Movnti, t => t.Write(t.Destination, t.Read(t.Source)));
        table.Add(Op.Movzx, t => t.Write(t.Destination, t.Read(t.Source, t.Instruction.SourceWidth)));
        table.Add(Op.Movsx, t => t.Write(t.Destination, SignExtend(t.Read(t.Source, t.Instruction.SourceWidth), t.Instruction.SourceWidth)));
        table.Add(Op.Lea, t => t.Write(t.Destination, t.EffectiveAddress((MemoryOperand)t.Source)));
        table.Add(Op.Xchg, Exchange);
        table.Add(Op.Xadd, ExchangeAndAdd);
        table.Add(Op.Cmpxchg, CompareAndExchange);
        table.AddForStep(Op.Cmpxchg16b, CompareAndExchangePair);
        table.Add(Op.Bswap, ReverseBytes);
        table.Add(Op.Cmov, ConditionalMove);
        table.Add(Op.Cdqe, t => t.WriteRegister(RegisterNumber.Rax, t.Width, SignExtend(t.ReadRegister(RegisterNumber.Rax, t.Width / 2), t.Width / 2)));
        table.Add(Op.Cqo, t => t.WriteRegister(
            RegisterNumber.Rdx, t.Width, Value.Of($"(ulong)((long)({FlagRules.Signed(t.ReadRegister(RegisterNumber.Rax, t.Width).ToString(), t.Width)}) >> 63)")));
    }

    /// <summary>Sign-extends a value of some bytes to 64 bits.</summary>
    public static Value SignExtend(Value value, int width) => value.Constant is { } known
        ? Value.Of(unchecked((ulong)((long)(known << (64 - 8 * width)) >> (64 - 8 * width))))
        : Value.Of($"(ulong)(long){FlagRules.Signed(value.ToString(), width)}");

    // With memory the other operand is a register, whichever order they are written in.
    private static void Exchange(Translation t)
    {
        var (memory, other) = t.Source is MemoryOperand ? (t.Source, t.Destination) : (t.Destination, t.Source);
        var first = t.ReadForUpdate(memory);
        var second = t.Let(t.Read(other));
        t.Write(memory, second);
        t.Write(other, first);
    }

    // The sum goes to dst last: with the same register twice it is what remains.
    private static void ExchangeAndAdd(Translation t)
    {
        var a = t.ReadForUpdate(t.Destination);
        var b = t.Let(t.Read(t.Source));
        var sum = t.Let($"{a} + {b}", t.Width);
        if (t.Destination is MemoryOperand)
        {
            t.Write(t.Destination, sum);
            t.Write(t.Source, a);
        }
        else
        {
            t.Write(t.Source, a);
            t.Write(t.Destination, sum);
        }

        t.SetFlags(FlagRules.Add(t.Width), a, b, sum);
    }

    // Memory is written in either case, as the bus sees it. Of registers only the one that changes is, which shows where 32 bits clear the upper half:
    // the SDM does not say so, processors do. AH may be dst, so the accumulator is what dst has left of it.
    private static void CompareAndExchange(Translation t)
    {
        var old = t.ReadForUpdate(t.Destination);
        var accumulator = t.Let(t.ReadRegister(RegisterNumber.Rax, t.Width));
        var replacement = t.Let(t.Read(t.Source));
        var equal = t.Let($"{accumulator} == {old} ? 1UL : 0UL");
        var difference = t.Let($"{accumulator} - {old}", t.Width);
        if (t.Width == 4 && t.Destination is RegisterOperand { Register.Number: var number })
        {
            var whole = t.Let(t.Register64(number));
            t.SetRegister64(number, Value.Of($"{equal} != 0 ? {replacement} : {whole}"));
        }
        else
        {
            t.Write(t.Destination, t.Let($"{equal} != 0 ? {replacement} : {old}"));
        }

        if (!IsAccumulator(t.Destination))
        {
            var left = t.Let(t.Register64(RegisterNumber.Rax));
            var loaded = t.Width >= 4 ? old.ToString() : $"({left} & {Value.Number(~Value.Mask(t.Width))} | {old})";
            t.SetRegister64(RegisterNumber.Rax, Value.Of($"{equal} != 0 ? {left} : {loaded}"));
        }

        t.SetFlags(FlagRules.Sub(t.Width), accumulator, old, difference);
    }

    private static bool IsAccumulator(Operand operand) =>
        operand is RegisterOperand { Register: { Class: RegisterClass.General, Number: RegisterNumber.Rax, HighByte: false } };

    // Width 8 compares two words of 32 bits, width 16 two of 64; the latter has to be aligned.
    private static void CompareAndExchangePair(Translation t)
    {
        var half = t.Width / 2;
        var low = t.AddressOf((MemoryOperand)t.Destination);
        if (half == 8)
        {
            t.RaiseIf($"({low.Linear} & 15UL) != 0", 13);
        }

        var high = t.Hold(low.Plus(half));
        var oldLow = t.Let(t.Load(low, half, forUpdate: true));
        var oldHigh = t.Let(t.Load(high, half, forUpdate: true));
        var equal = t.Let($"{oldLow} == {t.ReadRegister(RegisterNumber.Rax, half)} && {oldHigh} == {t.ReadRegister(RegisterNumber.Rdx, half)} ? 1UL : 0UL");
        t.Store(low, half, t.Let($"{equal} != 0 ? {t.ReadRegister(RegisterNumber.Rbx, half)} : {oldLow}"));
        t.Store(high, half, t.Let($"{equal} != 0 ? {t.ReadRegister(RegisterNumber.Rcx, half)} : {oldHigh}"));
        t.SetRegister64(RegisterNumber.Rax, Value.Of($"{equal} != 0 ? {t.Register64(RegisterNumber.Rax)} : {oldLow}"));
        t.SetRegister64(RegisterNumber.Rdx, Value.Of($"{equal} != 0 ? {t.Register64(RegisterNumber.Rdx)} : {oldHigh}"));
        t.SetFlags(FlagRules.Zero, equal);
    }

    private static void ReverseBytes(Translation t)
    {
        const string Reverse = "global::System.Buffers.Binary.BinaryPrimitives.ReverseEndianness";
        var value = t.Read(t.Destination);
        t.Write(t.Destination, t.Width == 8 ? Value.Of($"{Reverse}({value})") : Value.Of($"(ulong){Reverse}((uint){value})", 4));
    }

    // The source is read in any case and may fault; with 32 bits the upper half is cleared in any case.
    private static void ConditionalMove(Translation t)
    {
        var source = t.Let(t.Read(t.Source));
        t.Write(t.Destination, t.Let($"{t.TestCondition(t.Instruction.Condition!.Value)} ? {source} : {t.Read(t.Destination)}"));
    }
}
