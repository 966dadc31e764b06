using EntryGen.Asm.Instructions;

namespace EntryGen.Generators.Emission.Semantics;

/// <summary>Bit tests, scans and conditional bytes.</summary>
internal static class Bits
{
    private const string BitOperations = "global::System.Numerics.BitOperations";

    public static void AddTo(Dictionary<Op, Semantic> table)
    {
        table.Add(Op.Bt, t => BitTest(t, null));
        table.Add(Op.Bts, t => BitTest(t, (word, bit) => $"{word} | {bit}"));
        table.Add(Op.Btr, t => BitTest(t, (word, bit) => $"{word} & ~{bit}"));
        table.Add(Op.Btc, t => BitTest(t, (word, bit) => $"{word} ^ {bit}"));
        table.Add(Op.Bsf, t => Scan(t, source => $"(ulong){BitOperations}.TrailingZeroCount({source})"));
        table.Add(Op.Bsr, t => Scan(t, source => $"(ulong){BitOperations}.Log2({source})"));
        table.Add(Op.Popcnt, CountBits);
        table.Add(Op.Set, t => t.Write(t.Destination, t.Let($"{t.TestCondition(t.Instruction.Condition!.Value)} ? 1UL : 0UL", 1)));
    }

    private static void BitTest(Translation t, Func<string, string, string>? change)
    {
        var bits = 8 * t.Width;
        var number = t.Let(t.Read(t.Source));
        if (t.Destination is MemoryOperand memory && t.Source is RegisterOperand)
        {
            BitStringTest(t, memory, number, change);
            return;
        }

        var index = number.Constant is { } known ? Value.Of(known % (ulong)bits) : t.Let($"{number} & {bits - 1}UL");
        var word = change is null ? t.Let(t.Read(t.Destination)) : t.ReadForUpdate(t.Destination);
        if (change is not null)
        {
            var changed = change(word.ToString(), Bit(index));
            t.Write(t.Destination, t.Let(changed, t.Width));
        }

        t.SetFlags(FlagRules.Carry, t.Let($"{word} >> (int){index} & 1UL"));
    }

    // A register as bit number selects the word too: it counts, signed, from the operand's address.
    private static void BitStringTest(Translation t, MemoryOperand memory, Value number, Func<string, string, string>? change)
    {
        var bits = 8 * t.Width;
        var shift = t.Width switch { 2 => 4, 4 => 5, _ => 6 };
        var origin = t.AddressOf(memory);
        var distance = $"(ulong)(((long){FlagRules.Signed(number.ToString(), t.Width)} >> {shift}) * {t.Width})";
        var address = t.Hold(origin with { Offset = t.Let($"{origin.Offset} + {distance}") });
        var word = t.Let(t.Load(address, t.Width, forUpdate: change is not null));
        var index = t.Let($"{number} & {bits - 1}UL");
        if (change is not null)
        {
            t.Store(address, t.Width, t.Let(change(word.ToString(), Bit(index)), t.Width));
        }

        t.SetFlags(FlagRules.Carry, t.Let($"{word} >> (int){index} & 1UL"));
    }

    private static string Bit(Value index) => index.Constant is { } known ? Value.Number(1UL << (int)known) : $"(1UL << (int){index})";

    // A source of 0 leaves dst as it is: the documented choice of AMD, and what Intel's processors do.
    private static void Scan(Translation t, Func<Value, string> number)
    {
        var source = t.Let(t.Read(t.Source));
        var zero = t.Let($"{source} == 0 ? 1UL : 0UL");
        var old = t.Let(t.Register64(((RegisterOperand)t.Destination).Register.Number));
        var result = t.Let($"{source} == 0 ? {old} : {number(source)}");
        if (t.Width == 2)
        {
            t.Write(t.Destination, result);
        }
        else
        {
            // Unlike other 32-bit results this one can leave the upper half alone too.
            t.SetRegister64(((RegisterOperand)t.Destination).Register.Number, result);
        }

        t.SetFlags(FlagRules.Zero, zero);
    }

    private static void CountBits(Translation t)
    {
        var result = t.Let($"(ulong){BitOperations}.PopCount({t.Read(t.Source)})");
        t.Write(t.Destination, result);
        t.SetFlags(FlagRules.Popcnt, result);
    }
}
