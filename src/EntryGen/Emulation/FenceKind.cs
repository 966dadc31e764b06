namespace EntryGen.Emulation;

/// <summary>What a fence instruction orders (SDM vol. 3A, 8.2.5 and 8.3).</summary>
public enum FenceKind
{
    /// <summary>LFENCE: later instructions do not start before it completes; the store buffer is not drained.</summary>
    Lfence,

    /// <summary>SFENCE: orders stores.</summary>
    Sfence,

    /// <summary>MFENCE: a full memory fence.</summary>
    Mfence,

    /// <summary>SERIALIZE: serializes instruction execution.</summary>
    Serialize,
}
