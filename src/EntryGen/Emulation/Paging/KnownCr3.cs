namespace EntryGen.Emulation;

/// <summary>A value of CR3 that was accepted.</summary>
internal struct KnownCr3
{
    /// <summary>The operand of the MOV, with bit 63 set: it invalidates nothing. 0 for none.</summary>
    public ulong Value;

    /// <summary>The windows that it selects.</summary>
    public ulong Context;

    /// <summary>The mode in which it does.</summary>
    public ulong Mode;
}
