using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Records that hold a byte string: its length, then its bytes, padded with zeros to whole words.</summary>
internal readonly unsafe struct EncodedShape : IRecordShape
{
    /// <summary>The bytes before the state: parent or transition, and length.</summary>
    public const int HeaderBytes = 2 * sizeof(uint);

    /// <summary>The longest state: a record lies in one segment.</summary>
    public const int LongestState = ((SegmentUnitCount - 1) * sizeof(ulong)) - HeaderBytes;

    private const int SegmentUnitCount = 1 << 17;

    public static int UnitBytes => sizeof(ulong);

    public static int SegmentUnits => SegmentUnitCount;

    /// <summary>The bytes of a record whose state has some length.</summary>
    public static int BytesFor(int length) => HeaderBytes + ((length + 7) & ~7);

    public static uint UnitsOf(byte* record) => (uint)BytesOf(record) / sizeof(ulong);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BytesOf(byte* record) => BytesFor(LengthOf(record));

    public static ReadOnlySpan<byte> StateOf(byte* record) => new(record + HeaderBytes, LengthOf(record));

    public static ulong HashOf(byte* record) => StateHash.Of(record + HeaderBytes, LengthOf(record));

    public static bool SameState(byte* left, byte* right) => StateOf(left).SequenceEqual(StateOf(right));

    public static void MarkGap(byte* record) => Unsafe.WriteUnaligned(record + sizeof(uint), -1);

    public static bool IsGap(byte* record) => LengthOf(record) < 0;

    public static void Copy(byte* from, byte* to) => Buffer.MemoryCopy(from, to, BytesOf(from), BytesOf(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LengthOf(byte* record) => Unsafe.ReadUnaligned<int>(record + sizeof(uint));
}
