using EntryGen.Asm.Flow;
using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>Addition, subtraction, logic.</summary>
internal static class Arithmetic
{
    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Add, t => AddConstant(t, 1));
        table.Add(Op.Sub, t => AddConstant(t, -1));
        table.Add(Op.Adc, t => WithCarry(t, "+", FlagRules.Adc(t.Width)));
        table.Add(Op.Sbb, t => WithCarry(t, "-", FlagRules.Sbb(t.Width)));
        table.Add(Op.Cmp, Compare);
        table.Add(Op.Neg, Negate);
        table.Add(Op.Inc, t => Step(t, 1, FlagRules.Inc(t.Width)));
        table.Add(Op.Dec, t => Step(t, -1, FlagRules.Dec(t.Width)));
        table.Add(Op.And, t => Logic(t, "&"));
        table.Add(Op.Or, t => Logic(t, "|"));
        table.Add(Op.Xor, t => Logic(t, "^"));
        table.Add(Op.Test, Test);
        table.Add(Op.Not, t => t.Write(t.Destination, t.Let($"~{t.ReadForUpdate(t.Destination)}", t.Width)));
    }

    // A constant keeps what is known about the register, so that stack accesses before and after share a window.
    private static void AddConstant(Translation t, int sign)
    {
        if (RegisterEffects.IsZeroing(t.Instruction))
        {
            Clear(t, FlagRules.Sub(t.Width), Value.Of(0), Value.Of(0), Value.Of(0));
            return;
        }

        var a = t.ReadForUpdate(t.Destination);
        var b = t.Let(t.Read(t.Source));
        var result = b.Constant is { } known && t.Width == 8
            ? t.Let(a.Plus(unchecked(sign * (long)known)))
            : t.Let($"{a} {(sign > 0 ? "+" : "-")} {b}", t.Width);
        t.Write(t.Destination, result);
        t.SetFlags(sign > 0 ? FlagRules.Add(t.Width) : FlagRules.Sub(t.Width), a, b, result);
    }

    private static void WithCarry(Translation t, string sign, FlagRule rule)
    {
        var a = t.ReadForUpdate(t.Destination);
        var b = t.Let(t.Read(t.Source));
        var carry = t.FlagBit(StatusFlags.CF);
        var result = t.Let($"{a} {sign} {b} {sign} {carry}", t.Width);
        t.Write(t.Destination, result);
        t.SetFlags(rule, a, b, result);
    }

    private static void Compare(Translation t)
    {
        var a = t.Let(t.Read(t.Destination));
        var b = t.Let(t.Read(t.Source));
        t.SetFlags(FlagRules.Sub(t.Width), a, b, t.Let($"{a} - {b}", t.Width));
    }

    private static void Negate(Translation t)
    {
        var a = t.ReadForUpdate(t.Destination);
        var result = t.Let($"0UL - {a}", t.Width);
        t.Write(t.Destination, result);
        t.SetFlags(FlagRules.Sub(t.Width), Value.Of(0), a, result);
    }

    private static void Step(Translation t, long by, FlagRule rule)
    {
        var a = t.ReadForUpdate(t.Destination);
        var result = t.Width == 8 ? t.Let(a.Plus(by)) : t.Let(a.Plus(by).Bare, t.Width);
        t.Write(t.Destination, result);
        t.SetFlags(rule, result);
    }

    private static void Logic(Translation t, string sign)
    {
        if (RegisterEffects.IsZeroing(t.Instruction))
        {
            Clear(t, FlagRules.Logic(t.Width), Value.Of(0));
            return;
        }

        var result = t.Let($"{t.ReadForUpdate(t.Destination)} {sign} {t.Read(t.Source)}", t.Width);
        t.Write(t.Destination, result);
        t.SetFlags(FlagRules.Logic(t.Width), result);
    }

    // XOR or SUB of a register with itself is 0, whatever it was: no use of it.
    private static void Clear(Translation t, FlagRule rule, params Value[] inputs)
    {
        t.Write(t.Destination, Value.Of(0));
        t.SetFlags(rule, inputs);
    }

    private static void Test(Translation t)
    {
        var a = t.Read(t.Destination);
        var same = t.Source is RegisterOperand source && t.Destination is RegisterOperand destination && source.Register == destination.Register;
        t.SetFlags(FlagRules.Logic(t.Width), same ? t.Let(a) : t.Let($"{a} & {t.Read(t.Source)}", t.Width));
    }
}
