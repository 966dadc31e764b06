using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Keeps the whole state: nothing is ever mistaken for something else.</summary>
internal readonly unsafe struct ExactKey<TShape> : IStoredKey
    where TShape : struct, IRecordShape
{
    public static bool IsRecord => true;

    public static int UnitBytes => TShape.UnitBytes;

    public static int SegmentUnits => TShape.SegmentUnits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint UnitsOf(byte* record) => TShape.UnitsOf(record);

    public static void MarkGap(byte* key) => TShape.MarkGap(key);

    public static bool IsGap(byte* key) => TShape.IsGap(key);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Matches(byte* key, byte* record) => TShape.SameState(key, record);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* record, byte* key) => TShape.Copy(record, key);

    public static ulong HashOf(byte* key) => TShape.HashOf(key);
}
