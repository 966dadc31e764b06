namespace EntryGen.Tests.Emission;

/// <summary>Arithmetic one bit at a time, as a book on digital logic has it: shares no formula with the emitter.</summary>
internal static class ReferenceAlu
{
    public const ulong Cf = 1, Pf = 4, Af = 0x10, Zf = 0x40, Sf = 0x80, Of = 0x800;

    /// <summary>What an instruction gives: its result and the flags it defines.</summary>
    public readonly record struct Outcome(ulong Result, ulong Flags, ulong Defined);

    /// <summary>The result and flags of an operation by name; <paramref name="flags"/> before it.</summary>
    public static Outcome Compute(string operation, int bits, ulong a, ulong b, ulong flags)
    {
        var carry = (flags & Cf) != 0;
        return operation switch
        {
            "add" => Add(bits, a, b, false, false),
            "adc" => Add(bits, a, b, carry, false),
            "sub" or "cmp" => Add(bits, a, b, false, true),
            "sbb" => Add(bits, a, b, carry, true),
            "neg" => Add(bits, 0, a, false, true),
            "inc" => Without(Add(bits, a, 1, false, false), Cf),
            "dec" => Without(Add(bits, a, 1, false, true), Cf),
            "and" or "test" => Logic(bits, a & b),
            "or" => Logic(bits, a | b),
            "xor" => Logic(bits, a ^ b),
            "not" => new Outcome(~a & Mask(bits), 0, 0),
            "shl" or "shr" or "sar" or "rol" or "ror" or "rcl" or "rcr" => Shift(operation, bits, a, (int)(b & (bits == 64 ? 63UL : 31UL)), carry),
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
    }

    private static ulong Mask(int bits) => bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;

    private static bool BitOf(ulong value, int bit) => (value >> bit & 1) != 0;

    private static Outcome Without(Outcome outcome, ulong flag) => outcome with { Flags = outcome.Flags & ~flag, Defined = outcome.Defined & ~flag };

    // A row of full adders, or of full subtractors.
    private static Outcome Add(int bits, ulong a, ulong b, bool carry, bool subtract)
    {
        ulong result = 0, flags = 0;
        bool intoTop = false;
        for (var i = 0; i < bits; i++)
        {
            bool x = BitOf(a, i), y = BitOf(b, i);
            if (i == bits - 1)
            {
                intoTop = carry;
            }

            if (x ^ y ^ carry)
            {
                result |= 1UL << i;
            }

            carry = subtract ? (!x && (y || carry)) || (y && carry) : (x && y) || (x && carry) || (y && carry);
            if (i == 3 && carry)
            {
                flags |= Af;
            }
        }

        flags |= (carry ? Cf : 0) | (carry != intoTop ? Of : 0) | OfResult(bits, result);
        return new Outcome(result, flags, Cf | Pf | Af | Zf | Sf | Of);
    }

    private static Outcome Logic(int bits, ulong result) => new(result & Mask(bits), OfResult(bits, result & Mask(bits)), Cf | Pf | Zf | Sf | Of);

    // One place at a time.
    private static Outcome Shift(string operation, int bits, ulong a, int count, bool carry)
    {
        var value = a & Mask(bits);
        var before = value;
        for (var i = 0; i < count; i++)
        {
            before = value;
            bool top = BitOf(value, bits - 1), low = BitOf(value, 0);
            switch (operation)
            {
                case "shl":
                    value <<= 1;
                    carry = top;
                    break;
                case "rol":
                    value = value << 1 | (top ? 1UL : 0);
                    carry = top;
                    break;
                case "rcl":
                    value = value << 1 | (carry ? 1UL : 0);
                    carry = top;
                    break;
                case "shr":
                    value >>= 1;
                    carry = low;
                    break;
                case "sar":
                    value = value >> 1 | (top ? 1UL << (bits - 1) : 0);
                    carry = low;
                    break;
                case "ror":
                    value = value >> 1 | (low ? 1UL << (bits - 1) : 0);
                    carry = low;
                    break;
                default:
                    value = value >> 1 | (carry ? 1UL << (bits - 1) : 0);
                    carry = low;
                    break;
            }

            value &= Mask(bits);
        }

        if (count == 0)
        {
            return new Outcome(value, 0, 0);
        }

        var isShift = operation is "shl" or "shr" or "sar";
        var flags = (carry ? Cf : 0) | (isShift ? OfResult(bits, value) : 0) | (count == 1 && BitOf(before, bits - 1) != BitOf(value, bits - 1) ? Of : 0);
        var isCarryDefined = operation is not ("shl" or "shr") || count <= bits;
        var defined = (isCarryDefined ? Cf : 0) | (isShift ? Pf | Zf | Sf : 0) | (count == 1 ? Of : 0);
        return new Outcome(value, flags & defined, defined);
    }

    private static ulong OfResult(int bits, ulong result)
    {
        var ones = 0;
        for (var i = 0; i < 8; i++)
        {
            ones += BitOf(result, i) ? 1 : 0;
        }

        return (result == 0 ? Zf : 0) | (BitOf(result, bits - 1) ? Sf : 0) | (ones % 2 == 0 ? Pf : 0);
    }
}
