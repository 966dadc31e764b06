namespace EntryGen.Emulation;

/// <summary>Where a translation comes from that an access may use.</summary>
/// <param name="Translation">The cached translation, when <paramref name="Table"/> is null.</param>
/// <param name="Table">The frame of the table that a walk starts from.</param>
/// <param name="Place">Where that table stands.</param>
internal readonly record struct TranslationSource(Translation Translation, ulong? Table = null, TablePlace Place = default);

/// <summary>
/// What TLB and paging-structure caches may hold at worst: every translation that a walk, also a speculative one, could have made since the last
/// operation that had to invalidate it (SDM vol. 3A, 4.10.2 to 4.10.4).
/// </summary>
/// <remarks>
/// Nothing is cached one by one. The tables that CR3 names can be walked now, so what they say may be cached; only what they no longer say, or what lies in
/// tables that CR3 has left, has to be kept: single translations whose entry was changed, and trees of tables with what was written in them since.
/// </remarks>
internal sealed class WorstCaseTranslations(PhysicalMemory memory)
{
    /// <summary>The space of global translations; the others are PCIDs.</summary>
    public const int Global = 4096;

    private readonly List<CachedTree> _trees = [];
    private readonly List<TlbEntry> _leaves = [];
    private readonly Dictionary<CachedTree, PageTableMap> _maps = [];
    private readonly HashSet<ulong> _frames = [];

    // What tables there are below one, where nothing of it is hidden: many trees have the same. The frames are those of tables that name tables.
    private readonly Dictionary<(ulong Table, TablePlace Place), PageTableMap> _known = [];
    private readonly HashSet<ulong> _directories = [];
    private CachedTree _current = new(0, 0, TablePlace.Root) { CanWalk = true };
    private CachedTree? _currentGlobal;
    private bool _isMapped;
    private bool _isLeft;

    /// <summary>Translations whose entries were changed; global ones under PCID 0.</summary>
    public IReadOnlyList<TlbEntry> Leaves => _leaves;

    /// <summary>Tables that CR3 does not lead to.</summary>
    public IReadOnlyList<CachedTree> Trees => _trees;

    /// <summary>Brings what is kept into the one form that equal states have: in order, and nothing twice.</summary>
    public void Normalize()
    {
        _leaves.Sort(TlbEntry.Compare);
        _trees.Sort(CachedTree.Compare);
        for (var i = _trees.Count - 1; i > 0; i--)
        {
            if (CachedTree.Compare(_trees[i], _trees[i - 1]) == 0)
            {
                _trees.RemoveAt(i);
            }
        }
    }

    /// <summary>CR3, CR4.PCIDE or CR4.PGE has changed: what was walked before may still be cached.</summary>
    public void Select(int pcid, ulong root, bool isGlobalOn)
    {
        if (!_isLeft && _current.Space == pcid && _current.Table == root && (_currentGlobal is not null) == isGlobalOn)
        {
            return;
        }

        Leave();

        // What CR3 leads to can be walked anew: what is kept of it is nothing more.
        _trees.RemoveAll(tree => tree.IsRoot && tree.Table == root && (tree.Space == pcid || (tree.Space == Global && isGlobalOn)));
        _current = new CachedTree(pcid, root, TablePlace.Root) { CanWalk = true };
        _currentGlobal = isGlobalOn ? new CachedTree(Global, root, TablePlace.Root) : null;
        _isMapped = false;
        _isLeft = false;
        foreach (var tree in _trees.Where(IsVisible))
        {
            tree.See();
        }
    }

    /// <summary>CR3 is about to change: from now to <see cref="Select"/> nothing is walked.</summary>
    public void Leave()
    {
        if (_isLeft)
        {
            return;
        }

        Freeze(static _ => true);
        Keep(_current);
        if (_currentGlobal is not null)
        {
            Keep(_currentGlobal);
        }

        _isLeft = true;
    }

    /// <summary>Forgets everything: nothing has been walked but by the present CR3.</summary>
    public void FlushAll()
    {
        _trees.Clear();
        _leaves.Clear();
        _isMapped = false;
    }

    public void FlushAllButGlobal() => Drop(static space => space != Global);

    public void FlushPcid(int pcid) => Drop(space => space == pcid);

    /// <summary>Forgets the translations of a page, of any size, in a PCID or <see cref="Global"/>.</summary>
    public void FlushPage(ulong address, int space)
    {
        _leaves.RemoveAll(leaf => SpaceOf(leaf) == space && Covers(leaf, address));
        foreach (var tree in _trees)
        {
            if (tree.Space == space && tree.Place.Serves(address))
            {
                tree.Invalidated.Add(address & ~0xFFFUL);
            }
        }
    }

    /// <summary>Forgets the paging-structure caches of a PCID, or those for one address; translations stay, so this comes before their own flush.</summary>
    public void FlushTables(int pcid, ulong? address = null)
    {
        bool IsFlushed(CachedTree tree) => tree.Space == pcid && (address is not { } place || tree.Place.Serves(place));

        Freeze(IsFlushed);
        foreach (var tree in _trees.Where(IsFlushed))
        {
            tree.CanWalk = false;
        }

        _isMapped = false;
    }

    /// <summary>Memory is about to be written: what the entries there said may be cached, if they are entries of page tables.</summary>
    public void BeforeWrite(ulong address, ReadOnlySpan<byte> bytes)
    {
        for (var slot = address & ~7UL; slot < address + (ulong)bytes.Length; slot += sizeof(ulong))
        {
            EnsureMapped();
            if (_frames.Contains(slot & ~0xFFFUL) && WouldChange(slot, address, bytes))
            {
                Capture(slot, memory.Read<ulong>(slot));
                _isMapped = false;
            }

            if (_directories.Contains(slot & ~0xFFFUL))
            {
                ForgetTables();
            }
        }
    }

    /// <summary>Which tables there are has changed, or which of them may have been used.</summary>
    public void ForgetTables()
    {
        _known.Clear();
        _directories.Clear();
        _isMapped = false;
    }

    /// <summary>Whether a frame holds a table that names tables.</summary>
    public bool IsDirectory(ulong frame) => _directories.Contains(frame);

    /// <summary>What an access may use beside a walk from CR3, in an order that depends on the state alone.</summary>
    public void Collect(ulong address, bool hasNoExecute, List<TranslationSource> sources)
    {
        foreach (var leaf in _leaves)
        {
            if ((SpaceOf(leaf) == _current.Space || (SpaceOf(leaf) == Global && _currentGlobal is not null)) && Covers(leaf, address))
            {
                sources.Add(new TranslationSource(leaf.Translation));
            }
        }

        foreach (var tree in _trees)
        {
            if ((tree.Space == _current.Space || (tree.Space == Global && _currentGlobal is not null)) && tree.Place.Serves(address))
            {
                Collect(tree, address, hasNoExecute, sources);
            }
        }
    }

    /// <summary>Replaces everything; memory and registers have been replaced too.</summary>
    /// <param name="pcid">The PCID in force.</param>
    /// <param name="root">The table that CR3 names.</param>
    /// <param name="isGlobalOn">CR4.PGE.</param>
    /// <param name="leaves">What <see cref="Leaves"/> are to be.</param>
    /// <param name="trees">What <see cref="Trees"/> are to be.</param>
    /// <param name="hasSameTables">Whether nothing that <see cref="IsDirectory"/> has changed in memory.</param>
    public void Load(int pcid, ulong root, bool isGlobalOn, IEnumerable<TlbEntry> leaves, IEnumerable<CachedTree> trees, bool hasSameTables = false)
    {
        if (!hasSameTables)
        {
            ForgetTables();
        }

        Select(pcid, root, isGlobalOn);
        FlushAll();
        _leaves.AddRange(leaves);
        _leaves.Sort(TlbEntry.Compare);
        _trees.AddRange(trees.Select(static tree => tree.Copy()));
        _trees.Sort(CachedTree.Compare);
    }

    private static int SpaceOf(in TlbEntry entry) => entry.Translation.IsGlobal ? Global : entry.Pcid;

    private static bool Covers(in TlbEntry entry, ulong address) => (address ^ entry.Page.Value) >> entry.Translation.Shift == 0;

    private void Collect(CachedTree tree, ulong address, bool hasNoExecute, List<TranslationSource> sources)
    {
        var (table, place) = (tree.Table, tree.Place);
        if (tree.IsInvalidated(address & ~0xFFFUL, 12))
        {
            return;
        }

        // A paging-structure cache leads to the first table, or to one that an entry of the root named.
        if (tree.CanWalk && !tree.IsRoot)
        {
            sources.Add(new TranslationSource(default, table, place));
            return;
        }

        for (; ; )
        {
            var slot = place.SlotOf(table, address);
            var entry = memory.Read<ulong>(slot);
            if (tree.Written.Contains(slot) || !IsUsable(entry, place, hasNoExecute) || (entry & PageTableBits.Accessed) == 0)
            {
                return;
            }

            if (place.IsLeaf(entry))
            {
                var isGlobal = (entry & PageTableBits.Global) != 0 && _currentGlobal is not null;
                if (isGlobal == (tree.Space == Global) && !tree.IsInvalidated(address, place.Shift))
                {
                    sources.Add(new TranslationSource(place.Map(entry)));
                }

                return;
            }

            (table, place) = (entry & PageTableBits.AddressMask, place.Below(slot, entry));
            if (tree.CanWalk)
            {
                sources.Add(new TranslationSource(default, table, place));
                return;
            }
        }
    }

    private void Capture(ulong slot, ulong old)
    {
        foreach (var tree in (CachedTree[])[_current, .. _currentGlobal is null ? [] : (ReadOnlySpan<CachedTree>)[_currentGlobal], .. _trees])
        {
            foreach (var place in _maps[tree].PlacesOf(slot & ~0xFFFUL))
            {
                var isCached = place.IsAccessed && (old & PageTableBits.Accessed) != 0 && IsUsable(old, place, hasNoExecute: true);
                if (isCached && !tree.Written.Contains(slot))
                {
                    Capture(tree, place, slot, old);
                }
            }

            if (tree != _current && tree != _currentGlobal && (!IsVisible(tree) || tree.IsRootEntry(slot)))
            {
                tree.Written.Add(slot);
            }
        }

        _trees.Sort(CachedTree.Compare);
        _leaves.Sort(TlbEntry.Compare);
    }

    private void Capture(CachedTree tree, in TablePlace place, ulong slot, ulong old)
    {
        var address = place.AddressOf(slot);
        if (!place.IsLeaf(old))
        {
            Keep(tree.Below(old & PageTableBits.AddressMask, place.Below(slot, old)));
            return;
        }

        var isGlobal = (old & PageTableBits.Global) != 0 && _currentGlobal is not null;
        if ((isGlobal == (tree.Space == Global) || IsVisible(tree)) && !tree.IsInvalidated(address, place.Shift))
        {
            var translation = place.Map(old);
            translation = isGlobal ? translation : translation with { Bits = translation.Bits & ~PageTableBits.Global };
            var leaf = new TlbEntry(isGlobal ? 0 : tree.Space, address, translation);
            if (!_leaves.Contains(leaf))
            {
                _leaves.Add(leaf);
            }
        }
    }

    private void Keep(CachedTree tree)
    {
        if (!_trees.Exists(other => CachedTree.Compare(other, tree) == 0))
        {
            _trees.Add(tree);
            _trees.Sort(CachedTree.Compare);
        }
    }

    /// <summary>Whether paging-structure caches lead to a tree now.</summary>
    private bool IsVisible(CachedTree tree) => !_isLeft && tree.CanWalk && tree.Space == _current.Space && tree != _current;

    /// <summary>Trees end to be visible: what they say now was, and the global translations among it stay when the PCID's go.</summary>
    private void Freeze(Predicate<CachedTree> isFrozen)
    {
        foreach (var tree in (CachedTree[])[.. _trees.Where(tree => IsVisible(tree) && isFrozen(tree))])
        {
            tree.See();
            if (_currentGlobal is not null)
            {
                Keep(tree.ForGlobal());
            }
        }
    }

    private void Drop(Predicate<int> isDropped)
    {
        Freeze(tree => isDropped(tree.Space));
        _trees.RemoveAll(tree => isDropped(tree.Space));
        _leaves.RemoveAll(leaf => isDropped(SpaceOf(leaf)));
        _isMapped = false;
    }

    private void EnsureMapped()
    {
        if (_isMapped)
        {
            return;
        }

        _maps.Clear();
        _frames.Clear();
        Map(_current);
        if (_currentGlobal is not null)
        {
            Map(_currentGlobal);
        }

        _trees.ForEach(Map);
        _isMapped = true;
    }

    private void Map(CachedTree tree)
    {
        if (!_known.TryGetValue((tree.Table, tree.Place), out var map))
        {
            map = new PageTableMap(memory, tree.Table, tree.Place, static _ => false);
            _known.Add((tree.Table, tree.Place), map);
            _directories.UnionWith(map.Directories);
        }

        if (tree.Written.Any(slot => _directories.Contains(slot & ~0xFFFUL)))
        {
            map = new PageTableMap(memory, tree.Table, tree.Place, tree.Written.Contains);
        }

        _maps.Add(tree, map);
        _frames.UnionWith(map.Frames);
    }

    private bool WouldChange(ulong slot, ulong address, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0UL; i < sizeof(ulong); i++)
        {
            var isWritten = slot + i >= address && slot + i < address + (ulong)bytes.Length;
            if (isWritten && bytes[(int)(slot + i - address)] != memory.Read<byte>(slot + i))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsUsable(ulong entry, in TablePlace place, bool hasNoExecute) =>
        (entry & PageTableBits.Present) != 0 && (entry & PageWalker.ReservedBits(place.Shift, place.IsLeaf(entry), hasNoExecute)) == 0;
}
