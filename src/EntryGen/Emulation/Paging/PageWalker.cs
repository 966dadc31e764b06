namespace EntryGen.Emulation;

/// <summary>The rights that a walk and the use of a TLB entry are checked against.</summary>
internal readonly record struct AccessRules(bool IsUser, bool ForbidsUserData, bool ForbidsUserFetch, bool WriteProtects, bool HasNoExecute);

/// <summary>4-level paging (SDM vol. 3A, 4.5): finds the translation of a linear address in the tables in guest memory.</summary>
internal static class PageWalker
{
    /// <summary>Walks the tables without changing them.</summary>
    /// <param name="memory">Where the tables are.</param>
    /// <param name="root">The top-level table's address.</param>
    /// <param name="address">A canonical linear address.</param>
    /// <param name="hasNoExecute">EFER.NXE; without it bit 63 is reserved.</param>
    /// <param name="path">Addresses and contents of the entries that were used.</param>
    /// <param name="translation">The result.</param>
    /// <returns>0, or the error-code bits P and RSVD of the page fault; <see cref="NotPresent"/> when an entry is not present.</returns>
    public static uint Walk(PhysicalMemory memory, PhysicalAddress root, ulong address, bool hasNoExecute, ref WalkPath path, out Translation translation) =>
        Walk(memory, root, TablePlace.Root, address, hasNoExecute, ref path, out translation);

    /// <summary>As the other, from a table further down, which a paging-structure cache leads to.</summary>
    /// <param name="memory">Where the tables are.</param>
    /// <param name="first">The table's address.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="address">A canonical linear address.</param>
    /// <param name="hasNoExecute">EFER.NXE.</param>
    /// <param name="path">Addresses and contents of the entries that were used.</param>
    /// <param name="translation">The result.</param>
    /// <returns>As the other.</returns>
    public static uint Walk(
        PhysicalMemory memory, PhysicalAddress first, in TablePlace place, ulong address, bool hasNoExecute, ref WalkPath path, out Translation translation)
    {
        var table = first.Value;
        var rights = place.Rights & ~PageTableBits.NoExecute;
        var noExecute = place.Rights & PageTableBits.NoExecute;
        translation = default;
        path.Length = 0;
        for (var shift = place.Shift; ; shift -= 9)
        {
            var entryAddress = table + (((address >> shift) & 0x1FF) * 8);
            var entry = memory.ReadWord(entryAddress);
            if ((entry & PageTableBits.Present) == 0)
            {
                return NotPresent;
            }

            var isLeaf = shift == 12 || (shift < 39 && (entry & PageTableBits.PageSize) != 0);
            if ((entry & ReservedBits(shift, isLeaf, hasNoExecute)) != 0)
            {
                return PageFaultBits.Present | PageFaultBits.Reserved;
            }

            path.Add(entryAddress, entry);
            rights &= entry;
            noExecute |= entry & PageTableBits.NoExecute;
            if (isLeaf)
            {
                var frame = entry & PageTableBits.AddressMask & ~((1UL << shift) - 1);
                var leafBits = entry & (PageTableBits.Dirty | PageTableBits.Global);
                translation = new Translation(frame | rights | noExecute | PageTableBits.Present | leafBits, shift);
                return 0;
            }

            table = entry & PageTableBits.AddressMask;
        }
    }

    /// <summary>Returned when an entry is not present: P is clear in the error code.</summary>
    public const uint NotPresent = 1U << 31;

    /// <summary>Whether the rights of a translation allow an access (SDM vol. 3A, 4.6.1).</summary>
    public static bool Allows(Translation translation, AccessKind access, in AccessRules rules)
    {
        if ((access & AccessKind.Fetch) != 0)
        {
            return !translation.IsNoExecute && (rules.IsUser ? translation.IsUser : !(translation.IsUser && rules.ForbidsUserFetch));
        }

        if (rules.IsUser)
        {
            return translation.IsUser && ((access & AccessKind.Write) == 0 || translation.IsWritable);
        }

        return !(translation.IsUser && rules.ForbidsUserData)
            && ((access & AccessKind.Write) == 0 || translation.IsWritable || !rules.WriteProtects);
    }

    /// <summary>The bits of an entry that must be 0.</summary>
    public static ulong ReservedBits(int shift, bool isLeaf, bool hasNoExecute)
    {
        var reserved = PageTableBits.ReservedAddress | (hasNoExecute ? 0 : PageTableBits.NoExecute);
        return shift switch
        {
            39 => reserved | PageTableBits.PageSize,

            // Bit 12 of a large page's entry is PAT.
            30 or 21 when isLeaf => reserved | (((1UL << shift) - 1) & ~0x1FFFUL),
            _ => reserved,
        };
    }
}

/// <summary>The entries that a walk used, from the top level down.</summary>
internal ref struct WalkPath
{
    private Entries _addresses;
    private Entries _contents;

    public int Length;

    public void Add(ulong address, ulong content)
    {
        _addresses[Length] = address;
        _contents[Length] = content;
        Length++;
    }

    /// <summary>Whether the accessed flags, and for a write the leaf's dirty flag, are set already.</summary>
    public readonly bool IsMarked(bool dirty)
    {
        for (var i = 0; i < Length; i++)
        {
            if ((_contents[i] & Wanted(i, dirty)) != Wanted(i, dirty))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sets them in memory (SDM vol. 3A, 4.8).</summary>
    public void Mark(PhysicalMemory memory, bool dirty)
    {
        for (var i = 0; i < Length; i++)
        {
            var marked = _contents[i] | Wanted(i, dirty);
            if (marked != _contents[i])
            {
                memory.WriteFlags(_addresses[i], marked);
            }
        }
    }

    private readonly ulong Wanted(int level, bool dirty) => PageTableBits.Accessed | (dirty && level == Length - 1 ? PageTableBits.Dirty : 0);

    [System.Runtime.CompilerServices.InlineArray(4)]
    private struct Entries
    {
        private ulong _first;
    }
}
