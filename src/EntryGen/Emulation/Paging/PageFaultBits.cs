namespace EntryGen.Emulation;

/// <summary>Bits of a page fault's error code (SDM vol. 3A, figure 4-12).</summary>
public static class PageFaultBits
{
    /// <summary>P: the page is mapped; the access was not allowed.</summary>
    public const uint Present = 1 << 0;

    /// <summary>W/R: it was a write.</summary>
    public const uint Write = 1 << 1;

    /// <summary>U/S: it was a user-mode access.</summary>
    public const uint User = 1 << 2;

    /// <summary>RSVD: a reserved bit is set in an entry.</summary>
    public const uint Reserved = 1 << 3;

    /// <summary>I/D: it was an instruction fetch, and NX or SMEP is in force.</summary>
    public const uint Fetch = 1 << 4;
}
