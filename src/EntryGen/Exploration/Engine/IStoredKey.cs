namespace EntryGen.Exploration.Engine;

/// <summary>What is kept of a state for good, to recognise it by: all of it, or a fingerprint. A stored key begins with the parent's id.</summary>
internal unsafe interface IStoredKey
{
    /// <summary>Whether the key is the whole record, so that the frontier can be read from the keys.</summary>
    static abstract bool IsRecord { get; }

    /// <summary>The bytes of one unit of a local id.</summary>
    static abstract int UnitBytes { get; }

    /// <summary>The units of one segment, a power of two.</summary>
    static abstract int SegmentUnits { get; }

    /// <summary>The units that the key of a record occupies. A key can be asked too.</summary>
    static abstract uint UnitsOf(byte* record);

    /// <summary>Marks that nothing more lies in a segment, at a unit of it that is left.</summary>
    static abstract void MarkGap(byte* key);

    /// <summary>Whether that mark lies in place of a key.</summary>
    static abstract bool IsGap(byte* key);

    /// <summary>Whether a key is that of a record.</summary>
    static abstract bool Matches(byte* key, byte* record);

    /// <summary>Writes the key of a record, with the record's parent.</summary>
    static abstract void Store(byte* record, byte* key);

    /// <summary>The hash of the state that the key was made of.</summary>
    static abstract ulong HashOf(byte* key);
}
