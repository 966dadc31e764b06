using System.Numerics;
using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>A 64-bit hash by folded multiplication, sixteen bytes a step. It uses no instruction that only some processors have, so that it is the same everywhere.</summary>
internal static unsafe class StateHash
{
    // Odd, with about as many ones as zeros, so that a multiplication mixes every bit.
    private const ulong Left = 0x9E37_79B9_7F4A_7C15;
    private const ulong Right = 0xD6E8_FEB8_6659_FD93;
    private const ulong Seed = 0xA24B_AED4_963E_E407;

    /// <summary>The hash of one word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfWord(ulong word) => Fold(Fold(word ^ Left, Right) ^ Seed, Left);

    /// <summary>The hash of 64 bytes. The words go through multiplications of their own, so that these overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfLine(ulong* line) => Fold(
        (Fold(line[0] ^ Left, line[1] ^ Seed) + Fold(line[2] ^ Right, line[3] ^ Left)) ^ Seed,
        (Fold(line[4] ^ Seed, line[5] ^ Right) + BitOperations.RotateLeft(Fold(line[6] ^ ~Left, line[7] ^ ~Seed), 23)) ^ Right);

    /// <summary>What a part of a state adds to the state's hash.</summary>
    /// <param name="hash">The hash of what the part holds.</param>
    /// <param name="place">Where the part is.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfPart(ulong hash, uint place) => Fold(hash ^ Left, ((ulong)place * Right) ^ Seed);

    /// <summary>The hash of some bytes.</summary>
    public static ulong Of(byte* bytes, int length)
    {
        var hash = Seed ^ (uint)length;
        while (length > 16)
        {
            hash = Fold(Word(bytes) ^ Left, Word(bytes + 8) ^ hash);
            bytes += 16;
            length -= 16;
        }

        ulong low, high;
        if (length >= 8)
        {
            low = Word(bytes);
            high = Word(bytes + length - 8);
        }
        else
        {
            low = high = 0;
            for (var i = 0; i < length; i++)
            {
                low |= (ulong)bytes[i] << (8 * i);
            }
        }

        return Fold(Fold(low ^ Left, high ^ hash) ^ Right, Left);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(byte* at) => Unsafe.ReadUnaligned<ulong>(at);
}
