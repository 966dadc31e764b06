using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Emulation;

/// <summary>
/// The host-side cache in front of the TLB: translations that an access can use without any further check. It never holds what the TLB
/// does not hold.
/// </summary>
/// <remarks>
/// A context is a PCID together with everything in the mode that decides what a data access may do (CPL 3 or not, SMAP in force, CR0.WP).
/// Each has slots of its own, so a change of CR3, CPL or AC changes one offset and keeps all slots; forgetting clears those that were used.
/// </remarks>
internal sealed class WindowCache
{
    /// <summary>Part of a mode: CPL is 3.</summary>
    public const int UserMode = 1;

    /// <summary>Part of a mode: SMAP keeps supervisor accesses from user pages.</summary>
    public const int SmapInForce = 2;

    /// <summary>Part of a mode: CR0.WP.</summary>
    public const int WriteProtect = 4;

    /// <summary>Not part of a mode but with it: somebody looks at every access, so there are no windows.</summary>
    public const int Watched = 8;

    /// <summary>How many modes a PCID has.</summary>
    public const int Modes = 8;

    /// <summary>The size in bytes, as a power of two, of a context's slots: how far its offset is from the next one's.</summary>
    public const int ContextSizeBits = SlotBits + SlotSizeBits;

    // Many more slots than an entry path uses blocks, because blocks whose slots coincide take turns; many more contexts than a path goes through.
    private const int SlotBits = 10;
    private const int Slots = 1 << SlotBits;
    private const int Contexts = 32;
    private const int SlotSizeBits = 5;

    private readonly Window[] _table = new Window[Contexts * Slots];
    private readonly List<int>[] _used = new List<int>[Contexts];
    private readonly byte[] _contextOf = new byte[4096 * Modes];
    private readonly int[] _ownerOf = new int[Contexts];
    private int _last;
    private int _mostTaken;

    public WindowCache()
    {
        Array.Fill(_ownerOf, -1);
        for (var context = 0; context < Contexts; context++)
        {
            _used[context] = [];
        }
    }

    /// <summary>Raised when a context is given to another owner: whoever remembers which owner has which forgets it.</summary>
    public Action? ContextTaken { get; set; }

    /// <summary>Counts how often translations were forgotten: while it stays, a translation that was found holds.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>The first slot of the first context.</summary>
    public ref Window First => ref MemoryMarshal.GetArrayDataReference(_table);

    /// <summary>
    /// The distance of an address's slot from the context's first in bytes. Blocks that are next to each other, or up to a page apart, never have the same slot, so that an access that crosses
    /// blocks does not find its last one where its first one belongs (Fibonacci hashing: their hashes differ by multiples of the multiplier).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Offset(ulong address) => ((uint)(address >> PhysicalMemory.BlockShift) * 0x9E37_79B1U) >> (32 - SlotBits) << SlotSizeBits;

    /// <summary>The distance of a context's first slot from <see cref="First"/> in bytes.</summary>
    /// <param name="pcid">The PCID.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="inForce">A context that must stay: the one in force.</param>
    public ulong Context(int pcid, int mode, ulong inForce)
    {
        var context = (int)_contextOf[(pcid * Modes) + mode];
        return (ulong)(context != 0 ? context : Take((pcid * Modes) + mode, (int)(inForce >> ContextSizeBits))) << ContextSizeBits;
    }

    /// <summary>Forgets the translations of one PCID.</summary>
    public void Forget(int pcid)
    {
        for (var mode = 0; mode < Modes; mode++)
        {
            if (_contextOf[(pcid * Modes) + mode] is var context and not 0)
            {
                Clear(context);
            }
        }
    }

    /// <summary>Forgets the translations of one page under all PCIDs.</summary>
    /// <param name="page">Its first linear address.</param>
    /// <param name="shift">Its size as a power of two.</param>
    public void Forget(ulong page, int shift)
    {
        if (shift > 12)
        {
            // Which parts of a large page have windows is not known.
            ForgetAll();
            return;
        }

        Epoch++;
        for (var context = 0; context <= _mostTaken; context++)
        {
            if (_used[context].Count > 0)
            {
                ForgetPage(context, page);
            }
        }
    }

    /// <summary>Forgets all translations.</summary>
    public void ForgetAll()
    {
        for (var context = 0; context <= _mostTaken; context++)
        {
            Clear(context);
        }
    }

    /// <summary>Forgets that blocks may be written, so that the next write to each is seen.</summary>
    public void ForgetWrites()
    {
        foreach (var used in _used)
        {
            foreach (var index in CollectionsMarshal.AsSpan(used))
            {
                _table[index].WriteTag = 0;
            }
        }
    }

    /// <summary>Keeps a translation for one kind of access.</summary>
    /// <param name="address">A linear address in the block.</param>
    /// <param name="context">The context.</param>
    /// <param name="addend">Added to the linear address gives the host's address.</param>
    /// <param name="access">What it allows.</param>
    /// <param name="isSeen">Whether somebody has to be told of each write.</param>
    public void Keep(ulong address, ulong context, ulong addend, AccessKind access, bool isSeen = false)
    {
        var index = (int)((context + Offset(address)) >> SlotSizeBits);
        ref var slot = ref _table[index];
        if ((slot.ReadTag | slot.WriteTag | slot.FetchTag | slot.Addend) == 0)
        {
            _used[context >> ContextSizeBits].Add(index);
        }

        if (slot.Addend != addend)
        {
            // Another block's permissions are forgotten.
            slot = new Window { Addend = addend };
        }

        var tag = address | Window.LastByte;
        switch (access)
        {
            case AccessKind.Read:
                slot.ReadTag = tag;
                break;
            case AccessKind.Write:
                slot.WriteTag = isSeen ? tag & ~Window.Seen : tag;
                break;
            default:
                slot.FetchTag = tag;
                break;
        }
    }

    private void ForgetPage(int context, ulong page)
    {
        ref var first = ref _table[context << SlotBits];
        for (var block = page; block - page < PhysicalMemory.PageSize; block += PhysicalMemory.BlockSize)
        {
            ref var slot = ref Unsafe.AddByteOffset(ref first, Offset(block));
            var tag = block | Window.LastByte;
            if (slot.ReadTag == tag || (slot.WriteTag | Window.Seen) == tag || slot.FetchTag == tag)
            {
                // The addend stays, so that the slot is still known to be used.
                slot = new Window { Addend = slot.Addend };
            }
        }
    }

    private void Clear(int context)
    {
        Epoch++;
        var used = _used[context];
        foreach (var index in CollectionsMarshal.AsSpan(used))
        {
            _table[index] = default;
        }

        used.Clear();
    }

    // In turn, but for the one in force. 0 is nobody's, so that a fresh table of owners says so.
    private int Take(int owner, int inForce)
    {
        do
        {
            _last = _last == Contexts - 1 ? 1 : _last + 1;
        }
        while (_last == inForce);

        if (_ownerOf[_last] >= 0)
        {
            Clear(_last);
            _contextOf[_ownerOf[_last]] = 0;
            ContextTaken?.Invoke();
        }

        _mostTaken = Math.Max(_mostTaken, _last);
        _ownerOf[_last] = owner;
        _contextOf[owner] = (byte)_last;
        return _last;
    }
}
