using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>Where a table stands in a tree of page tables.</summary>
/// <param name="Prefix">The first linear address it serves.</param>
/// <param name="Shift">The shift of its entries: 39 in the top-level table, 12 in the lowest.</param>
/// <param name="Rights">R/W, U/S and XD combined over the entries above it.</param>
/// <param name="IsAccessed">Whether all entries above it have A set: only then can the processor have used them.</param>
internal readonly record struct TablePlace(ulong Prefix, int Shift, ulong Rights, bool IsAccessed = true)
{
    /// <summary>The top-level table.</summary>
    public static TablePlace Root { get; } = new(0, 39, PageTableBits.Writable | PageTableBits.User);

    /// <summary>Whether the table serves an address.</summary>
    public bool Serves(ulong address) => ((address ^ Prefix) & 0xFFFF_FFFF_FFFF) >> (Shift + 9) == 0;

    /// <summary>The address of the entry that serves a linear address, in a table that lies in a frame.</summary>
    public ulong SlotOf(ulong table, ulong address) => table + (((address >> Shift) & 0x1FF) * sizeof(ulong));

    /// <summary>The first linear address that an entry serves, in canonical form.</summary>
    public ulong AddressOf(ulong slot)
    {
        var address = Prefix | (((slot >> 3) & 0x1FF) << Shift);
        return (ulong)((long)(address << 16) >> 16);
    }

    /// <summary>Whether an entry of the table maps a page rather than naming a table.</summary>
    public bool IsLeaf(ulong entry) => Shift == 12 || (Shift < 39 && (entry & PageTableBits.PageSize) != 0);

    /// <summary>The place of the table that an entry names.</summary>
    public TablePlace Below(ulong slot, ulong entry) => new(
        AddressOf(slot),
        Shift - 9,
        (Rights & entry & (PageTableBits.Writable | PageTableBits.User)) | ((Rights | entry) & PageTableBits.NoExecute),
        IsAccessed && (entry & PageTableBits.Accessed) != 0);

    /// <summary>The translation by an entry that maps a page.</summary>
    public Translation Map(ulong entry)
    {
        var rights = Below(0, entry).Rights;
        var frame = entry & PageTableBits.AddressMask & ~((1UL << Shift) - 1);
        return new Translation(frame | rights | PageTableBits.Present | (entry & (PageTableBits.Dirty | PageTableBits.Global)), Shift);
    }
}

/// <summary>The tables of one tree by the frame they lie in. A table may stand in several places.</summary>
internal sealed class PageTableMap
{
    // Tables that contain themselves stand in a great many places. Nobody sets up so many on purpose, and a guest must not be able to keep the host busy.
    private const int MostPlaces = 1 << 14;

    private readonly Dictionary<ulong, List<TablePlace>> _places = [];
    private int _count;

    /// <summary>Reads the tables from one downward.</summary>
    /// <param name="memory">Where they are.</param>
    /// <param name="table">The frame of the first one.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="isHidden">Whether an entry must not be followed.</param>
    public PageTableMap(PhysicalMemory memory, ulong table, in TablePlace place, Predicate<ulong> isHidden) => Add(memory, table, place, isHidden);

    /// <summary>The frames in which tables lie.</summary>
    public IEnumerable<ulong> Frames => _places.Keys;

    /// <summary>Those in which tables lie that name tables.</summary>
    public IEnumerable<ulong> Directories => _places.Where(static known => known.Value.Exists(static place => place.Shift > 12)).Select(static known => known.Key);

    /// <summary>Where the table in a frame stands; empty when it is no table of this tree.</summary>
    public IReadOnlyList<TablePlace> PlacesOf(ulong frame) => _places.TryGetValue(frame, out var places) ? places : [];

    private void Add(PhysicalMemory memory, ulong table, in TablePlace place, Predicate<ulong> isHidden)
    {
        if (!memory.Contains(table, PhysicalMemory.PageSize) || _count++ >= MostPlaces)
        {
            return;
        }

        if (!_places.TryGetValue(table, out var places))
        {
            _places.Add(table, places = []);
        }

        places.Add(place);
        if (place.Shift == 12)
        {
            return;
        }

        var entries = MemoryMarshal.Cast<byte, ulong>(memory.Bytes.AsSpan((int)table, PhysicalMemory.PageSize));
        for (var i = 0; i < entries.Length; i++)
        {
            var (entry, slot) = (entries[i], table + ((ulong)i * sizeof(ulong)));
            if ((entry & PageTableBits.Present) != 0 && !place.IsLeaf(entry) && !isHidden(slot))
            {
                Add(memory, entry & PageTableBits.AddressMask, place.Below(slot, entry), isHidden);
            }
        }
    }
}
