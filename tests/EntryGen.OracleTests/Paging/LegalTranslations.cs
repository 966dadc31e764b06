namespace EntryGen.OracleTests.Paging;

/// <summary>What of the processor's mode decides about translations and rights.</summary>
/// <param name="Root">The top page table.</param>
/// <param name="Pcid">The current PCID; 0 without CR4.PCIDE.</param>
/// <param name="Pge">CR4.PGE.</param>
/// <param name="WriteProtect">CR0.WP.</param>
/// <param name="Smep">CR4.SMEP.</param>
/// <param name="Smap">CR4.SMAP with RFLAGS.AC clear.</param>
/// <param name="User">CPL 3.</param>
internal readonly record struct PagingMode(ulong Root, int Pcid, bool Pge, bool WriteProtect, bool Smep, bool Smap, bool User);

/// <summary>A kind of access.</summary>
internal enum Access
{
    Read,
    Write,
    Fetch,
}

/// <summary>A translation that a TLB may hold: the page of an address, its frame and the rights combined over all levels.</summary>
/// <param name="Page">First linear address of the page.</param>
/// <param name="Size">Bytes of the page.</param>
/// <param name="Frame">First physical address of the frame.</param>
/// <param name="Writable">R/W at every level.</param>
/// <param name="User">U/S at every level.</param>
/// <param name="NoExecute">XD at any level.</param>
/// <param name="Dirty">D at the leaf.</param>
internal readonly record struct Leaf(ulong Page, ulong Size, ulong Frame, bool Writable, bool User, bool NoExecute, bool Dirty)
{
    /// <summary>Whether it translates an address.</summary>
    public bool Covers(ulong address) => address - Page < Size;

    /// <summary>Where it sends an address.</summary>
    public ulong Physical(ulong address) => Frame + (address - Page);

    /// <summary>Whether it allows an access (SDM vol. 3A 4.6.1).</summary>
    public bool Allows(Access access, in PagingMode mode) => access switch
    {
        Access.Fetch => !NoExecute && (mode.User ? User : !(User && mode.Smep)),
        _ when mode.User => User && (Writable || access == Access.Read),
        _ => !(User && mode.Smap) && (Writable || access == Access.Read || !mode.WriteProtect),
    };
}

/// <summary>
/// Which translations a processor may use now: every one that the page tables have had, where it could be walked to, since something last had to invalidate it (SDM vol. 3A 4.10).
/// </summary>
/// <remarks>
/// Written from the manual's rules alone, as sets: no policy, nothing in common with the machine's TLB. Tell it of every operation after it has happened. With
/// paging-structure caches a walk may start from any table that was in its place since the last invalidation.
/// </remarks>
/// <param name="memory">Reads a word of physical memory.</param>
/// <param name="addresses">The linear addresses that are asked for.</param>
/// <param name="hasStructureCaches">Whether there are paging-structure caches.</param>
internal sealed class LegalTranslations(Func<ulong, ulong> memory, IReadOnlyList<ulong> addresses, bool hasStructureCaches)
{
    private const ulong Present = 1, Writable = 2, User = 4, Dirty = 0x40, Large = 0x80, Global = 0x100, NoExecute = 1UL << 63, FrameMask = 0x000f_ffff_ffff_f000;

    private readonly HashSet<(int Pcid, Leaf Leaf)> _leaves = [];
    private readonly HashSet<Leaf> _globals = [];
    private readonly HashSet<(int Pcid, int Level, ulong Prefix, Table Table)> _tables = [];
    private readonly Dictionary<ulong, List<Leaf>> _walked = [];
    private readonly HashSet<ulong> _notPresent = [];

    // The table that a walk has come to, with the rights so far.
    private readonly record struct Table(ulong Address, bool Writable, bool User, bool NoExecute);

    /// <summary>The translations that may be used for an address.</summary>
    public IEnumerable<Leaf> Of(ulong address, int pcid) =>
        _leaves.Where(entry => entry.Pcid == pcid && entry.Leaf.Covers(address)).Select(entry => entry.Leaf).Concat(_globals.Where(leaf => leaf.Covers(address))).Distinct();

    /// <summary>The physical addresses that an access may reach; null stands for a page fault.</summary>
    public IReadOnlySet<ulong?> Outcomes(ulong address, Access access, PagingMode mode)
    {
        var outcomes = new HashSet<ulong?>();
        foreach (var leaf in Of(address, mode.Pcid))
        {
            if (!leaf.Allows(access, mode))
            {
                outcomes.Add(null);
            }
            else if (access != Access.Write || leaf.Dirty || _walked[address].Contains(leaf))
            {
                // A write through an entry that is not dirty walks first, to say so in memory.
                outcomes.Add(leaf.Physical(address));
            }
        }

        if (_notPresent.Contains(address))
        {
            outcomes.Add(null);
        }

        return outcomes;
    }

    /// <summary>Takes in what can be walked to now: call it whenever memory or the mode has changed.</summary>
    public void Observe(PagingMode mode)
    {
        _notPresent.Clear();
        foreach (var address in addresses)
        {
            var leaves = new List<Leaf>();
            IEnumerable<Table> tables = [new Table(mode.Root, true, true, false)];
            for (var level = 4; level >= 1; level--)
            {
                tables = Next(address, level, tables.ToList(), leaves, mode).ToList();
            }

            _walked[address] = leaves;
        }
    }

    private IEnumerable<Table> Next(ulong address, int level, List<Table> tables, List<Leaf> leaves, PagingMode mode)
    {
        var shift = 3 + (9 * level);
        var found = new List<Table>();
        foreach (var table in tables)
        {
            var entry = memory(table.Address + (((address >> shift) & 0x1ff) * 8));
            if ((entry & Present) == 0)
            {
                _notPresent.Add(address);
                continue;
            }

            var (writable, user, noExecute) = (table.Writable && (entry & Writable) != 0, table.User && (entry & User) != 0, table.NoExecute || (entry & NoExecute) != 0);
            if (level == 1 || (level <= 3 && (entry & Large) != 0))
            {
                var size = 1UL << shift;
                var leaf = new Leaf(address & ~(size - 1), size, entry & FrameMask & ~(size - 1), writable, user, noExecute, (entry & Dirty) != 0);
                leaves.Add(leaf);
                if (mode.Pge && (entry & Global) != 0)
                {
                    _globals.Add(leaf);
                }
                else
                {
                    _leaves.Add((mode.Pcid, leaf));
                }
            }
            else
            {
                found.Add(new Table(entry & FrameMask, writable, user, noExecute));
            }
        }

        if (!hasStructureCaches || level == 1)
        {
            return found;
        }

        var prefix = address >> shift;
        foreach (var table in found)
        {
            _tables.Add((mode.Pcid, level, prefix, table));
        }

        return _tables.Where(cached => cached.Pcid == mode.Pcid && cached.Level == level && cached.Prefix == prefix).Select(cached => cached.Table);
    }

    /// <summary>MOV to CR3 without bit 63, and INVPCID type 1: a PCID's entries but global ones.</summary>
    public void InvalidatePcid(int pcid)
    {
        _leaves.RemoveWhere(entry => entry.Pcid == pcid);
        _tables.RemoveWhere(entry => entry.Pcid == pcid);
    }

    /// <summary>INVLPG: the page in the current PCID, global ones, and all of the PCID's paging-structure caches.</summary>
    public void InvalidatePage(ulong address, int pcid)
    {
        _leaves.RemoveWhere(entry => entry.Pcid == pcid && entry.Leaf.Covers(address));
        _globals.RemoveWhere(leaf => leaf.Covers(address));
        _tables.RemoveWhere(entry => entry.Pcid == pcid);
    }

    /// <summary>INVPCID type 0: the page in a PCID but global ones, and the PCID's paging-structure caches.</summary>
    public void InvalidatePageOfPcid(ulong address, int pcid)
    {
        _leaves.RemoveWhere(entry => entry.Pcid == pcid && entry.Leaf.Covers(address));
        _tables.RemoveWhere(entry => entry.Pcid == pcid);
    }

    /// <summary>INVPCID type 3: everything but global entries.</summary>
    public void InvalidateAllButGlobal()
    {
        _leaves.Clear();
        _tables.Clear();
    }

    /// <summary>INVPCID type 2, CR4.PGE changed, CR4.PCIDE cleared: everything.</summary>
    public void InvalidateAll()
    {
        InvalidateAllButGlobal();
        _globals.Clear();
    }

    /// <summary>A page fault: the page in the current PCID and what the walk used. Whether global ones go too is the processor's choice; here they stay legal.</summary>
    public void PageFault(ulong address, int pcid)
    {
        _leaves.RemoveWhere(entry => entry.Pcid == pcid && entry.Leaf.Covers(address));
        _tables.RemoveWhere(entry => entry.Pcid == pcid && address >> (3 + (9 * entry.Level)) == entry.Prefix);
    }
}
