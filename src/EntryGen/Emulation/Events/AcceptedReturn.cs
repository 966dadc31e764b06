namespace EntryGen.Emulation;

/// <summary>A return within the kernel that IRETQ accepted: a pair of CS and SS at CPL 0, and where their descriptors lie.</summary>
internal struct AcceptedReturn
{
    /// <summary>CS, and SS in bits 31:16. Never 0 for a return that was accepted, because CS cannot be null.</summary>
    public ulong Pair;

    /// <summary>The windows that were in force.</summary>
    public ulong Context;

    /// <summary>When the translations below were found: they hold until windows are forgotten.</summary>
    public ulong Epoch;

    /// <summary>The base of the GDT.</summary>
    public ulong Table;

    /// <summary>Its limit.</summary>
    public ulong Limit;

    /// <summary>The host's address of the code segment's descriptor.</summary>
    public ulong CodePlace;

    /// <summary>The host's address of the stack segment's descriptor.</summary>
    public ulong StackPlace;

    /// <summary>The code segment's descriptor.</summary>
    public ulong Code;

    /// <summary>The stack segment's descriptor.</summary>
    public ulong Stack;
}
