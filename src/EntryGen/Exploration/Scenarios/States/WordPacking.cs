using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>Words in few bytes: a byte that says which bytes are not 0, then those. Numbers in LEB128.</summary>
internal static class WordPacking
{
    /// <summary>The most that <see cref="Write"/> touches.</summary>
    public const int MostBytes = 9;

    /// <summary>Writes a word; up to <see cref="MostBytes"/> bytes behind the place may be overwritten.</summary>
    /// <returns>The place behind it.</returns>
    public static int Write(ref byte bytes, int place, ulong word)
    {
        var mask = NonZeroBytes(word);
        Unsafe.Add(ref bytes, place) = (byte)mask;
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, place + 1), Bmi2.X64.IsSupported ? Bmi2.X64.ParallelBitExtract(word, Spread(mask)) : Gather(word, mask));
        return place + 1 + BitOperations.PopCount(mask);
    }

    /// <summary>Reads a word; up to eight bytes behind the place must be readable.</summary>
    public static ulong Read(ref byte bytes, ref int place)
    {
        uint mask = Unsafe.Add(ref bytes, place);
        var packed = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, place + 1));
        place += 1 + BitOperations.PopCount(mask);
        return Bmi2.X64.IsSupported ? Bmi2.X64.ParallelBitDeposit(packed, Spread(mask)) : Scatter(packed, mask);
    }

    public static int WriteNumber(ref byte bytes, int place, uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Unsafe.Add(ref bytes, place++) = (byte)(value | 0x80);
        }

        Unsafe.Add(ref bytes, place++) = (byte)value;
        return place;
    }

    public static uint ReadNumber(ref byte bytes, ref int place)
    {
        var value = 0U;
        for (var shift = 0; ; shift += 7)
        {
            uint part = Unsafe.Add(ref bytes, place++);
            value |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    /// <summary>Bit i is set when byte i is not 0.</summary>
    private static uint NonZeroBytes(ulong word)
    {
        // The top bit of each byte: set when the byte is not 0, whatever its neighbours are.
        var low = (word & 0x7F7F_7F7F_7F7F_7F7F) + 0x7F7F_7F7F_7F7F_7F7F;
        var tops = (low | word) & 0x8080_8080_8080_8080;
        return (uint)((tops >> 7) * 0x0102_0408_1020_4080 >> 56);
    }

    /// <summary>Byte i is 0xFF when bit i is set.</summary>
    private static ulong Spread(uint mask)
    {
        var bits = (mask * 0x0101_0101_0101_0101UL) & 0x8040_2010_0804_0201;
        var tops = (bits + 0x7F7F_7F7F_7F7F_7F7F) | bits;
        return ((tops & 0x8080_8080_8080_8080) >> 7) * 0xFF;
    }

    private static ulong Gather(ulong word, uint mask)
    {
        var packed = 0UL;
        for (int i = 0, to = 0; i < 8; i++)
        {
            if ((mask >> i & 1) != 0)
            {
                packed |= (word >> (8 * i) & 0xFF) << (8 * to++);
            }
        }

        return packed;
    }

    private static ulong Scatter(ulong packed, uint mask)
    {
        var word = 0UL;
        for (int i = 0, from = 0; i < 8; i++)
        {
            if ((mask >> i & 1) != 0)
            {
                word |= (packed >> (8 * from++) & 0xFF) << (8 * i);
            }
        }

        return word;
    }
}
