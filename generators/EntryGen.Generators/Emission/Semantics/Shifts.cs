using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>Shifts and rotates.</summary>
internal static class Shifts
{
    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Shl, t => Shift(t, (a, count) => $"{a} << (int){count}", ShiftFlagRules.Shl));
        table.Add(Op.Shr, t => Shift(t, (a, count) => $"{a} >> (int){count}", ShiftFlagRules.Shr));
        table.Add(Op.Sar, t => Shift(t, (a, count) => $"(ulong)((long){FlagRules.Signed(a, t.Width)} >> (int){count})", ShiftFlagRules.Sar));
        table.Add(Op.Rol, t => Shift(t, (a, count) => Rotated(a, count, 8 * t.Width, "<<", ">>"), ShiftFlagRules.Rol));
        table.Add(Op.Ror, t => Shift(t, (a, count) => Rotated(a, count, 8 * t.Width, ">>", "<<"), ShiftFlagRules.Ror));
        table.Add(Op.Rcl, t => RotateThroughCarry(t, "<<", ">>", n => $"{8 * t.Width} - {n}", n => $"{n} - 1", ShiftFlagRules.Rcl));
        table.Add(Op.Rcr, t => RotateThroughCarry(t, ">>", "<<", n => $"{n} - 1", n => $"{8 * t.Width} - {n}", ShiftFlagRules.Rcr));
        table.Add(Op.Shld, t => DoubleShift(t, "<<", ">>", ShiftFlagRules.Shld));
        table.Add(Op.Shrd, t => DoubleShift(t, ">>", "<<", ShiftFlagRules.Shrd));
    }

    // The count is an immediate byte or CL. One that is not written is 1; of double shifts it is CL.
    private static Value Count(Translation t)
    {
        var mask = t.Width == 8 ? 63UL : 31UL;
        return t.Source switch
        {
            ImmediateOperand immediate => Value.Of((ulong)immediate.Value & mask),
            _ when t.Instruction.Operands.Count == 1 => Value.Of(1),
            _ => t.Let($"{t.Register64(RegisterNumber.Rcx)} & {Value.Number(mask)}"),
        };
    }

    private static void Shift(Translation t, Func<string, string, string> result, Func<int, ulong?, FlagRule> rule)
    {
        var count = Count(t);
        var a = t.ReadForUpdate(t.Destination);
        if (count.Constant == 0)
        {
            t.Write(t.Destination, a);
            return;
        }

        var shifted = t.Let(result(a.ToString(), count.ToString()), t.Width);
        t.Write(t.Destination, shifted);
        t.SetFlags(rule(t.Width, count.Constant), a, Value.Of(0), count, shifted);
    }

    // A shift by all bits of a 64-bit value is a shift by 0 in C#, which gives the value itself: right for a rotation by 0.
    private static string Rotated(string a, string count, int bits, string there, string back)
    {
        var n = $"((int){count} & {bits - 1})";
        return $"{a} {there} {n} | {a} {back} ({bits} - {n})";
    }

    private static void RotateThroughCarry(
        Translation t, string there, string back, Func<string, string> outBit, Func<string, string> inBit, Func<int, ulong?, FlagRule> rule)
    {
        var bits = 8 * t.Width;
        var count = Count(t);
        var a = t.ReadForUpdate(t.Destination);
        if (count.Constant == 0)
        {
            t.Write(t.Destination, a);
            return;
        }

        var carry = t.FlagBit(StatusFlags.CF);
        var n = t.Let($"{count} % {bits + 1}UL");
        var result = t.Let(
            $"{n} == 0 ? {a} : {a} {there} (int){n} | {carry} << ({inBit($"(int){n}")}) | ({n} == 1 ? 0UL : {a} {back} ({bits + 1} - (int){n}))", t.Width);
        var carryOut = t.Let($"{n} == 0 ? {carry} : {a} >> ({outBit($"(int){n}")}) & 1UL");
        t.Write(t.Destination, result);
        t.SetFlags(rule(t.Width, count.Constant), a, carryOut, count, result);
    }

    private static void DoubleShift(Translation t, string there, string back, Func<int, ulong?, FlagRule> rule)
    {
        var bits = 8 * t.Width;
        var count = Count(t);
        var a = t.ReadForUpdate(t.Destination);
        var b = t.Let(t.Read(t.Instruction.Operands[t.Instruction.Operands.Count - 2]));

        // More than the operand's bits (16-bit operands only) leave everything undefined: nothing changes.
        if (count.Constant is { } known && (known == 0 || known > (ulong)bits))
        {
            t.Write(t.Destination, a);
            return;
        }

        var shifted = $"{a} {there} (int){count} | {b} {back} ({bits} - (int){count})";
        var result = count.Constant is null ? t.Let($"{count} == 0 || {count} > {bits}UL ? {a} : {shifted}", t.Width) : t.Let(shifted, t.Width);
        t.Write(t.Destination, result);
        t.SetFlags(rule(t.Width, count.Constant), a, b, count, result);
    }
}
