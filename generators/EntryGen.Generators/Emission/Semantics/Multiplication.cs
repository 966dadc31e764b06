using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>Multiplication and division.</summary>
internal static class Multiplication
{
    private const int DivideError = 0;

    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Mul, t => Wide(t, isSigned: false));
        table.Add(Op.ImulWide, t => Wide(t, isSigned: true));
        table.Add(Op.Imul, t => Narrow(t, t.Let(t.Read(t.Destination)), t.Let(t.Read(t.Source))));
        table.Add(Op.ImulImmediate, t => Narrow(t, t.Let(t.Read(t.Operand(1))), t.Let(t.Read(t.Source))));
        table.AddForStep(Op.Div, t => Divide(t, "global::System.UInt128", isSigned: false));
        table.AddForStep(Op.Idiv, t => Divide(t, "global::System.Int128", isSigned: true));
    }

    // ImulImmediate with two operands multiplies its destination.
    private static Operand Operand(this Translation t, int index) => t.Instruction.Operands[Math.Min(index, t.Instruction.Operands.Count - 1)];

    private static void Wide(Translation t, bool isSigned)
    {
        var bits = 8 * t.Width;
        var a = t.Let(t.ReadRegister(RegisterNumber.Rax, t.Width));
        var b = t.Let(t.Read(t.Source));
        var type = isSigned ? "global::System.Int128" : "global::System.UInt128";
        var (left, right) = isSigned ? (FlagRules.Signed(a.ToString(), t.Width), FlagRules.Signed(b.ToString(), t.Width)) : (a.ToString(), b.ToString());
        var low = t.Let($"{a} * {b}", t.Width);
        if (isSigned && t.Width < 8)
        {
            low = t.Let($"(ulong)((long){left} * (long){right})", t.Width);
        }

        var high = t.Width == 8
            ? t.Let($"(ulong)((({type}){left} * ({type}){right}) >> 64)")
            : t.Let(isSigned ? $"(ulong)((long){left} * (long){right}) >> {bits}" : $"{a} * {b} >> {bits}", t.Width);
        if (t.Width == 1)
        {
            t.WriteRegister(RegisterNumber.Rax, 2, t.Let($"{high} << 8 | {low}", 2));
        }
        else
        {
            t.WriteRegister(RegisterNumber.Rax, t.Width, low);
            t.WriteRegister(RegisterNumber.Rdx, t.Width, high);
        }

        var sign = isSigned ? Value.Of($"(ulong)((long){FlagRules.Signed(low.ToString(), t.Width)} >> 63)").Truncate(t.Width).ToString() : "0UL";
        t.SetFlags(FlagRules.Multiply, t.Let($"{high} != {sign} ? 1UL : 0UL"));
    }

    private static void Narrow(Translation t, Value a, Value b)
    {
        var product = t.Let($"(global::System.Int128){FlagRules.Signed(a.ToString(), t.Width)} * {FlagRules.Signed(b.ToString(), t.Width)} != {SignedProduct(t, a, b)} ? 1UL : 0UL");
        t.Write(t.Destination, t.Let($"{a} * {b}", t.Width));
        t.SetFlags(FlagRules.Multiply, product);
    }

    private static string SignedProduct(Translation t, Value a, Value b) => FlagRules.Signed($"({a} * {b})", t.Width);

    private static void Divide(Translation t, string type, bool isSigned)
    {
        var divisor = t.Let(t.Read(t.Source));
        t.RaiseIf($"{divisor} == 0", DivideError);
        var dividend = t.Width == 1
            ? Narrow(t.ReadRegister(RegisterNumber.Rax, 2), 2)
            : $"(({type}){Narrow(t.ReadRegister(RegisterNumber.Rdx, t.Width), t.Width)} << {8 * t.Width} | ({type}){t.ReadRegister(RegisterNumber.Rax, t.Width)})";
        var by = Narrow(divisor, t.Width);
        var quotient = $"({type}){dividend} / {by}";

        // Int128.MinValue / -1 would throw: the quotient is too large for any width.
        if (isSigned && t.Width == 8)
        {
            t.RaiseIf($"{divisor} == ulong.MaxValue && {t.Register64(RegisterNumber.Rdx)} == 0x8000000000000000UL && {t.Register64(RegisterNumber.Rax)} == 0UL", DivideError);
        }

        var low = t.Let($"(ulong)({quotient})", t.Width);
        t.RaiseIf($"{quotient} != {Narrow(low, t.Width)}", DivideError);
        var remainder = t.Let($"(ulong)(({type}){dividend} % {by})", t.Width);
        if (t.Width == 1)
        {
            t.WriteRegister(RegisterNumber.Rax, 2, t.Let($"{remainder} << 8 | {low}", 2));
            return;
        }

        t.WriteRegister(RegisterNumber.Rax, t.Width, low);
        t.WriteRegister(RegisterNumber.Rdx, t.Width, remainder);

        string Narrow(Value value, int width) => isSigned ? FlagRules.Signed(value.ToString(), width) : value.ToString();
    }
}
