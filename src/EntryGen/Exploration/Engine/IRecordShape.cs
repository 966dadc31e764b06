namespace EntryGen.Exploration.Engine;

/// <summary>How states lie in memory. A record is 32 bits followed by the state: a transition while it is a successor, the parent's id when it is stored.</summary>
internal unsafe interface IRecordShape
{
    /// <summary>The bytes of one unit: records begin at whole units, and a local id counts them.</summary>
    static abstract int UnitBytes { get; }

    /// <summary>The units of one segment of an arena, a power of two.</summary>
    static abstract int SegmentUnits { get; }

    /// <summary>The units that a record occupies.</summary>
    static abstract uint UnitsOf(byte* record);

    /// <summary>The bytes that a record occupies.</summary>
    static abstract int BytesOf(byte* record);

    /// <summary>The state itself, without what precedes it.</summary>
    static abstract ReadOnlySpan<byte> StateOf(byte* record);

    /// <summary>The hash of the state: the same on every machine.</summary>
    static abstract ulong HashOf(byte* record);

    /// <summary>Whether two records hold the same state.</summary>
    static abstract bool SameState(byte* left, byte* right);

    /// <summary>Marks that nothing more lies in a segment, at a unit of it that is left.</summary>
    static abstract void MarkGap(byte* record);

    /// <summary>Whether that mark lies in place of a record.</summary>
    static abstract bool IsGap(byte* record);

    /// <summary>Copies a record.</summary>
    static abstract void Copy(byte* from, byte* to);
}
