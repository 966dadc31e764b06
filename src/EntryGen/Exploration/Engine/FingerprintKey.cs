using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Keeps 64 bits of hash (hash compaction): two states with the same hash are taken for one, and the second is missed.</summary>
internal readonly unsafe struct FingerprintKey<TShape> : IStoredKey
    where TShape : struct, IRecordShape
{
    public static bool IsRecord => false;

    public static int UnitBytes => sizeof(uint) + sizeof(ulong);

    public static int SegmentUnits => 1 << 13;

    public static uint UnitsOf(byte* record) => 1;

    /// <summary>Never asked for: keys fill a segment.</summary>
    public static void MarkGap(byte* key)
    {
    }

    public static bool IsGap(byte* key) => false;

    public static bool Matches(byte* key, byte* record) => HashOf(key) == TShape.HashOf(record);

    public static void Store(byte* record, byte* key)
    {
        Unsafe.WriteUnaligned(key, Unsafe.ReadUnaligned<uint>(record));
        Unsafe.WriteUnaligned(key + sizeof(uint), TShape.HashOf(record));
    }

    public static ulong HashOf(byte* key) => Unsafe.ReadUnaligned<ulong>(key + sizeof(uint));
}
