using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>Operations on 64 bytes at a time.</summary>
internal static unsafe class LineWords64
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ulong* from, ulong* to)
    {
        Vector256.Load(from).Store(to);
        Vector256.Load(from + 4).Store(to + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(ulong* line)
    {
        Vector256<ulong>.Zero.Store(line);
        Vector256<ulong>.Zero.Store(line + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreEqual(ulong* left, ulong* right) =>
        ((Vector256.Load(left) ^ Vector256.Load(right)) | (Vector256.Load(left + 4) ^ Vector256.Load(right + 4))) == Vector256<ulong>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(ulong* line) => (Vector256.Load(line) | Vector256.Load(line + 4)) == Vector256<ulong>.Zero;

    /// <summary>Which of sixteen numbers differ: a bit for each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Differences(uint* left, uint* right) =>
        ~(Vector256.Equals(Vector256.Load(left), Vector256.Load(right)).ExtractMostSignificantBits()
            | (Vector256.Equals(Vector256.Load(left + 8), Vector256.Load(right + 8)).ExtractMostSignificantBits() << 8)) & 0xFFFF;
}
