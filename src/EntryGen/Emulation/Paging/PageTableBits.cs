namespace EntryGen.Emulation;

/// <summary>Bits of a paging-structure entry (SDM vol. 3A, tables 4-15 to 4-20).</summary>
public static class PageTableBits
{
    /// <summary>P.</summary>
    public const ulong Present = 1UL << 0;

    /// <summary>R/W.</summary>
    public const ulong Writable = 1UL << 1;

    /// <summary>U/S: user-mode accesses are allowed.</summary>
    public const ulong User = 1UL << 2;

    /// <summary>PWT.</summary>
    public const ulong WriteThrough = 1UL << 3;

    /// <summary>PCD.</summary>
    public const ulong CacheDisable = 1UL << 4;

    /// <summary>A.</summary>
    public const ulong Accessed = 1UL << 5;

    /// <summary>D, in an entry that maps a page.</summary>
    public const ulong Dirty = 1UL << 6;

    /// <summary>PS: the entry maps a 2 MiB or 1 GiB page.</summary>
    public const ulong PageSize = 1UL << 7;

    /// <summary>G, in an entry that maps a page.</summary>
    public const ulong Global = 1UL << 8;

    /// <summary>XD.</summary>
    public const ulong NoExecute = 1UL << 63;

    /// <summary>The physical address of the next table or of a 4 KiB page.</summary>
    public const ulong AddressMask = ((1UL << PhysicalAddress.Width) - 1) & ~0xFFFUL;

    /// <summary>Address bits that the processor does not implement.</summary>
    public const ulong ReservedAddress = ((1UL << 52) - 1) & ~((1UL << PhysicalAddress.Width) - 1);
}
