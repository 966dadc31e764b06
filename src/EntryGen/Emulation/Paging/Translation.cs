namespace EntryGen.Emulation;

/// <summary>What a completed walk yields and a TLB entry holds: a frame and the rights combined over all levels.</summary>
/// <param name="Bits">The frame's address in bits 51:12; below and above the <see cref="PageTableBits"/> P, R/W, U/S, D, G and XD as combined.</param>
/// <param name="Shift">Page size as a power of two: 12, 21 or 30.</param>
public readonly record struct Translation(ulong Bits, int Shift)
{
    /// <summary>The first byte of the page frame.</summary>
    public PhysicalAddress Frame => new(Bits & PageTableBits.AddressMask);

    /// <summary>Whether every level allows writes.</summary>
    public bool IsWritable => (Bits & PageTableBits.Writable) != 0;

    /// <summary>Whether every level allows user-mode accesses.</summary>
    public bool IsUser => (Bits & PageTableBits.User) != 0;

    /// <summary>Whether the dirty flag was set when the entry was made.</summary>
    public bool IsDirty => (Bits & PageTableBits.Dirty) != 0;

    /// <summary>Whether the leaf is global and CR4.PGE was set.</summary>
    public bool IsGlobal => (Bits & PageTableBits.Global) != 0;

    /// <summary>Whether some level forbids fetches.</summary>
    public bool IsNoExecute => (Bits & PageTableBits.NoExecute) != 0;

    /// <summary>The physical address that a linear address of the page maps to.</summary>
    /// <param name="address">A linear address in the page.</param>
    public PhysicalAddress Map(VirtualAddress address)
    {
        var mask = (1UL << Shift) - 1;
        return new((Bits & PageTableBits.AddressMask & ~mask) | (address.Value & mask));
    }
}
