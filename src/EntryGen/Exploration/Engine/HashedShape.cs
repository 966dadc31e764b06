using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>As <see cref="EncodedShape"/>, but the model gives the hash: the first eight bytes of a state.</summary>
internal readonly unsafe struct HashedShape : IRecordShape
{
    public static int UnitBytes => EncodedShape.UnitBytes;

    public static int SegmentUnits => EncodedShape.SegmentUnits;

    public static uint UnitsOf(byte* record) => EncodedShape.UnitsOf(record);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BytesOf(byte* record) => EncodedShape.BytesOf(record);

    public static ReadOnlySpan<byte> StateOf(byte* record) => EncodedShape.StateOf(record);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HashOf(byte* record) => Unsafe.ReadUnaligned<ulong>(record + EncodedShape.HeaderBytes);

    public static bool SameState(byte* left, byte* right) => EncodedShape.SameState(left, right);

    public static void MarkGap(byte* record) => EncodedShape.MarkGap(record);

    public static bool IsGap(byte* record) => EncodedShape.IsGap(record);

    public static void Copy(byte* from, byte* to) => EncodedShape.Copy(from, to);
}
