namespace EntryGen.Emulation;

/// <summary>An entry of the TLB.</summary>
/// <param name="Pcid">The PCID it was made under.</param>
/// <param name="Page">The page's first linear address.</param>
/// <param name="Translation">The translation.</param>
public readonly record struct TlbEntry(int Pcid, VirtualAddress Page, Translation Translation)
{
    /// <summary>The order of <see cref="Tlb.Entries"/>: by PCID, then address, then page size, then what the entry holds.</summary>
    internal static int Compare(TlbEntry left, TlbEntry right)
    {
        var order = left.Pcid.CompareTo(right.Pcid);
        order = order != 0 ? order : left.Page.CompareTo(right.Page);
        order = order != 0 ? order : left.Translation.Shift.CompareTo(right.Translation.Shift);
        return order != 0 ? order : left.Translation.Bits.CompareTo(right.Translation.Bits);
    }
}

/// <summary>
/// The translation lookaside buffer (SDM vol. 3A, 4.10.2): entries tagged by PCID, or global. Deterministic and as stale as allowed: an entry lives until an
/// operation that must invalidate it, so a flush that is missing shows.
/// </summary>
/// <remarks>Flushing a PCID or everything takes constant time: an entry is dead when it is older than the last flush that covers it.</remarks>
public sealed class Tlb
{
    private const ulong Occupied = 1UL << 63;
    private const int GlobalSpace = 4096;

    private readonly ulong[] _flushedAt = new ulong[GlobalSpace + 1];
    private readonly int[] _bySize = new int[3];
    private TlbSlot[] _slots = new TlbSlot[128];
    private ulong _flushedAllButGlobalAt;
    private ulong _clock = 1;
    private int _used;

    /// <summary>What has changed since a snapshot.</summary>
    internal TlbJournal Journal { get; } = new();

    /// <summary>Counts every change; equal counts mean equal contents.</summary>
    internal long Changes { get; private set; }

    /// <summary>The live entries: by PCID, then address, then page size, global ones in the PCID they were made under.</summary>
    public IReadOnlyList<TlbEntry> Entries
    {
        get
        {
            var entries = Save();
            Array.Sort(entries, TlbEntry.Compare);
            return entries;
        }
    }

    /// <summary>The translation of an address under a PCID: the PCID's own entry, else a global one.</summary>
    internal bool TryFind(ulong address, int pcid, out Translation translation)
    {
        for (var size = 0; size < 3; size++)
        {
            if (_bySize[size] == 0)
            {
                continue;
            }

            var own = Find(Key(address, pcid, size));
            var index = own >= 0 ? own : Find(Key(address, GlobalSpace, size));
            if (index >= 0)
            {
                translation = _slots[index].Translation;
                return true;
            }
        }

        translation = default;
        return false;
    }

    /// <summary>Adds an entry; one for the same page is replaced.</summary>
    internal void Add(ulong address, int pcid, Translation translation)
    {
        if ((_used + 1) * 2 > _slots.Length)
        {
            Rebuild();
        }

        Changes++;
        var key = Key(address, translation.IsGlobal ? GlobalSpace : pcid, Size(translation.Shift));
        Insert(new TlbSlot { Key = key, Translation = translation, Pcid = pcid, Stamp = _clock });
    }

    /// <summary>Forgets the entries of one PCID but for the global ones.</summary>
    internal void FlushPcid(int pcid)
    {
        Changes++;
        SetFlushedAt(pcid, _clock++);
    }

    /// <summary>Forgets the entries of all PCIDs but for the global ones.</summary>
    internal void FlushAllButGlobal()
    {
        Changes++;
        Journal.Add(new(TlbJournal.ChangeKind.FlushedAllButGlobalAt, 0, default, _flushedAllButGlobalAt));
        _flushedAllButGlobalAt = _clock++;
    }

    /// <summary>Forgets everything.</summary>
    internal void FlushAll()
    {
        FlushAllButGlobal();
        SetFlushedAt(GlobalSpace, _flushedAllButGlobalAt);
    }

    /// <summary>Forgets what a PCID has for an address, in every page size.</summary>
    /// <returns>The largest page's size as a power of two; 0 when there was none.</returns>
    internal int FlushPage(ulong address, int pcid) => Drop(address, pcid);

    /// <summary>Forgets the global entries for an address, in every page size.</summary>
    /// <returns>The largest page's size as a power of two; 0 when there was none.</returns>
    internal int FlushGlobalPage(ulong address) => Drop(address, GlobalSpace);

    /// <summary>Replaces the contents.</summary>
    internal void Load(ReadOnlySpan<TlbEntry> entries)
    {
        FlushAll();
        foreach (var entry in entries)
        {
            Add(entry.Page.Value, entry.Pcid, entry.Translation);
        }
    }

    /// <summary>Undoes what has changed since the journal's origin, newest first.</summary>
    /// <param name="forgotten">Called with each entry that may have been used since.</param>
    internal void Undo(Action<TlbEntry> forgotten)
    {
        Changes++;
        for (var i = Journal.Changes.Count - 1; i >= 0; i--)
        {
            var change = Journal.Changes[i];
            switch (change.Kind)
            {
                case TlbJournal.ChangeKind.Slot:
                    ref var slot = ref _slots[change.Index];
                    forgotten(slot.ToEntry());
                    if (change.Old.Key == 0)
                    {
                        _used--;
                        _bySize[Size(slot.Translation.Shift)]--;
                    }

                    slot = change.Old;
                    break;
                case TlbJournal.ChangeKind.FlushedAt:
                    _flushedAt[change.Index] = change.Time;
                    break;
                default:
                    _flushedAllButGlobalAt = change.Time;
                    break;
            }
        }

        Journal.Start(Journal.Origin!);
    }

    /// <summary>The live entries, in no particular order.</summary>
    internal TlbEntry[] Save()
    {
        var count = 0;
        var entries = new TlbEntry[_used];
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Key != 0 && IsLive(slot))
            {
                entries[count++] = slot.ToEntry();
            }
        }

        return entries[..count];
    }

    private static ulong Key(ulong address, int space, int size) =>
        Occupied | ((ulong)size << 61) | ((ulong)space << 48) | ((address & 0xFFFF_FFFF_FFFF) >> (12 + (9 * size)));

    private static int Size(int shift) => (shift - 12) / 9;

    private int Drop(ulong address, int space)
    {
        var dropped = 0;
        for (var size = 0; size < 3; size++)
        {
            var index = _bySize[size] == 0 ? -1 : Find(Key(address, space, size));
            if (index >= 0)
            {
                // Stamp 0 is older than any flush; the slot stays so that probing passes it.
                NoteSlot(index);
                _slots[index].Stamp = 0;
                dropped = 12 + (9 * size);
                Changes++;
            }
        }

        return dropped;
    }

    private void NoteSlot(int index) => Journal.Add(new(TlbJournal.ChangeKind.Slot, index, _slots[index], 0));

    private void SetFlushedAt(int space, ulong time)
    {
        Journal.Add(new(TlbJournal.ChangeKind.FlushedAt, space, default, _flushedAt[space]));
        _flushedAt[space] = time;
    }

    private bool IsLive(in TlbSlot slot)
    {
        var isGlobal = slot.Space == GlobalSpace;
        return slot.Stamp > _flushedAt[slot.Space] && (isGlobal || slot.Stamp > _flushedAllButGlobalAt);
    }

    private int Find(ulong key)
    {
        var mask = _slots.Length - 1;
        for (var index = Hash(key) & mask; _slots[index].Key != 0; index = (index + 1) & mask)
        {
            if (_slots[index].Key == key)
            {
                return IsLive(_slots[index]) ? index : -1;
            }
        }

        return -1;
    }

    private void Insert(in TlbSlot entry)
    {
        var mask = _slots.Length - 1;
        var index = Hash(entry.Key) & mask;
        while (_slots[index].Key != 0 && _slots[index].Key != entry.Key)
        {
            index = (index + 1) & mask;
        }

        NoteSlot(index);
        if (_slots[index].Key == 0)
        {
            _used++;
            _bySize[Size(entry.Translation.Shift)]++;
        }

        _slots[index] = entry;
    }

    /// <summary>Drops dead entries and grows when the live ones need it.</summary>
    private void Rebuild()
    {
        Journal.Stop();
        var old = _slots;
        var live = 0;
        foreach (ref readonly var slot in old.AsSpan())
        {
            live += slot.Key != 0 && IsLive(slot) ? 1 : 0;
        }

        _slots = new TlbSlot[live * 4 > old.Length ? old.Length * 2 : old.Length];
        _used = 0;
        Array.Clear(_bySize);
        foreach (ref readonly var slot in old.AsSpan())
        {
            if (slot.Key != 0 && IsLive(slot))
            {
                Insert(slot);
            }
        }
    }

    private static int Hash(ulong key) => (int)((key * 0x9E37_79B9_7F4A_7C15UL) >> 40);
}
