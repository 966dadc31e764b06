using System.Numerics;
using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Records that hold a value of one unmanaged type.</summary>
internal readonly unsafe struct FixedShape<TState> : IRecordShape
    where TState : unmanaged
{
    private const int SegmentBytes = 128 * 1024;

    /// <summary>The bytes of a record.</summary>
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(uint) + sizeof(TState);
    }

    public static int UnitBytes => Bytes;

    public static int SegmentUnits => Math.Max(16, 1 << BitOperations.Log2((uint)Math.Max(1, SegmentBytes / Bytes)));

    public static uint UnitsOf(byte* record) => 1;

    public static int BytesOf(byte* record) => Bytes;

    public static ReadOnlySpan<byte> StateOf(byte* record) => new(record + sizeof(uint), sizeof(TState));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HashOf(byte* record) => sizeof(TState) == sizeof(ulong)
        ? StateHash.OfWord(Unsafe.ReadUnaligned<ulong>(record + sizeof(uint)))
        : StateHash.Of(record + sizeof(uint), sizeof(TState));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool SameState(byte* left, byte* right)
    {
        left += sizeof(uint);
        right += sizeof(uint);
        return sizeof(TState) == sizeof(ulong)
            ? Unsafe.ReadUnaligned<ulong>(left) == Unsafe.ReadUnaligned<ulong>(right)
            : new ReadOnlySpan<byte>(left, sizeof(TState)).SequenceEqual(new ReadOnlySpan<byte>(right, sizeof(TState)));
    }

    /// <summary>Never asked for: records fill a segment.</summary>
    public static void MarkGap(byte* record)
    {
    }

    public static bool IsGap(byte* record) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(byte* from, byte* to)
    {
        Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<uint>(from));
        Unsafe.WriteUnaligned(to + sizeof(uint), Unsafe.ReadUnaligned<TState>(from + sizeof(uint)));
    }
}
