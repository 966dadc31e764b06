namespace EntryGen.Emulation;

/// <summary>What a TLB flush covered.</summary>
public enum TlbFlushKind
{
    /// <summary>One page.</summary>
    Page,

    /// <summary>One PCID, but for global entries.</summary>
    Pcid,

    /// <summary>All PCIDs, but for global entries.</summary>
    AllButGlobal,

    /// <summary>Everything.</summary>
    All,
}
