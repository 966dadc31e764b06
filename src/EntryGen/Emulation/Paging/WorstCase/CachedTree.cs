namespace EntryGen.Emulation;

/// <summary>
/// Page tables that are not walked from CR3 now, but were: from them the processor may still have translations, and may still have entries of its
/// paging-structure caches (SDM vol. 3A, 4.10.3) from which a walk can start.
/// </summary>
/// <param name="space">The PCID under which they were walked, or <see cref="WorstCaseTranslations.Global"/> for the global translations.</param>
/// <param name="table">The frame of the first table.</param>
/// <param name="place">Where it stands: at the top when CR3 named it, further down when an entry did that has been changed since.</param>
internal sealed class CachedTree(int space, ulong table, TablePlace place)
{
    public int Space { get; } = space;

    public ulong Table { get; } = table;

    public TablePlace Place { get; } = place;

    /// <summary>
    /// Whether paging-structure caches may still lead into the tables, so that what they say now can be used, not only what they said then.
    /// </summary>
    public bool CanWalk { get; set; }

    /// <summary>Entries written since the processor could last see them: what they say now it has not seen.</summary>
    public SortedSet<ulong> Written { get; private init; } = [];

    /// <summary>Pages whose translations were invalidated since.</summary>
    public SortedSet<ulong> Invalidated { get; private init; } = [];

    /// <summary>Whether CR3 named the first table. CR3 is not cached: a walk can start only from what the table's entries said.</summary>
    public bool IsRoot => Place.Shift == 39;

    public CachedTree Copy() => Below(Table, Place);

    /// <summary>A part of the tree, from a table downward, with the same history.</summary>
    public CachedTree Below(ulong table, TablePlace place) => new(Space, table, place)
    {
        CanWalk = CanWalk,
        Written = [.. Written],
        Invalidated = [.. Invalidated],
    };

    /// <summary>The same tables as a source of global translations only.</summary>
    public CachedTree ForGlobal() => new(WorstCaseTranslations.Global, Table, Place) { Written = [.. Written] };

    /// <summary>The PCID is in force: what the tables say now is visible to a walk that starts from a paging-structure cache.</summary>
    public void See()
    {
        if (CanWalk)
        {
            Written.RemoveWhere(slot => !IsRootEntry(slot));
        }
    }

    /// <summary>Whether an entry lies in a table that only CR3 leads to.</summary>
    public bool IsRootEntry(ulong slot) => IsRoot && slot >> 12 == Table >> 12;

    /// <summary>Whether a page of a size, or a part of it, was invalidated.</summary>
    public bool IsInvalidated(ulong address, int shift) =>
        Invalidated.Count > 0 && Invalidated.GetViewBetween(address >> shift << shift, address | ((1UL << shift) - 1)).Count > 0;

    /// <summary>The order in which trees are kept and encoded: total, so that it does not depend on what came first.</summary>
    public static int Compare(CachedTree left, CachedTree right)
    {
        var order = (left.Space, left.Place.Shift, left.Place.Prefix, left.Table, left.Place.Rights, left.Place.IsAccessed, left.CanWalk)
            .CompareTo((right.Space, right.Place.Shift, right.Place.Prefix, right.Table, right.Place.Rights, right.Place.IsAccessed, right.CanWalk));
        order = order != 0 ? order : Compare(left.Written, right.Written);
        return order != 0 ? order : Compare(left.Invalidated, right.Invalidated);
    }

    private static int Compare(SortedSet<ulong> left, SortedSet<ulong> right)
    {
        if (left.Count != right.Count)
        {
            return left.Count.CompareTo(right.Count);
        }

        foreach (var (one, other) in left.Zip(right))
        {
            if (one != other)
            {
                return one.CompareTo(other);
            }
        }

        return 0;
    }
}
