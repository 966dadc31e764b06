using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace EntryGen.Exploration.Engine;

/// <summary>
/// The states whose hash begins with certain bits: their keys in order of discovery, a hash index over them, and the part of the frontier among them.
/// One thread inserts at a time; while states are expanded, all may read.
/// </summary>
internal sealed unsafe class Shard<TShape, TKey> : IDisposable
    where TShape : struct, IRecordShape
    where TKey : struct, IStoredKey
{
    // A slot is six bits of hash over the 26 bits of a local id; zero is empty. Positions come from the low bits of the same 32 bits of hash.
    private const uint TagMask = ~(StateId.Locals - 1);

    // How far ahead of the insertion the index and the stored key are asked for, so that misses overlap.
    private const int SlotLead = 16;
    private const int KeyLead = 8;

    private readonly Arena _keys = new(TKey.UnitBytes, TKey.SegmentUnits);
    private Arena? _level;
    private Arena? _nextLevel;
    private uint* _slots;
    private uint _mask;

    public Shard()
    {
        if (!TKey.IsRecord)
        {
            _level = new Arena(TShape.UnitBytes, TShape.SegmentUnits);
            _nextLevel = new Arena(TShape.UnitBytes, TShape.SegmentUnits);
        }
    }

    /// <summary>The number of states.</summary>
    public long Count { get; private set; }

    /// <summary>Whether a state was refused because local ids ran out.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The bytes in use. They follow from what was inserted, never from when or by whom.</summary>
    public long BytesInUse => _keys.BytesInUse + (_level?.BytesInUse ?? 0) + (_nextLevel?.BytesInUse ?? 0) + (_slots == null ? 0 : ((long)_mask + 1) * sizeof(uint));

    /// <summary>The frontier's part in this shard, in order.</summary>
    public List<Piece> Frontier { get; private set; } = [];

    /// <summary>What was found since the frontier was.</summary>
    public List<Piece> NextFrontier { get; private set; } = [];

    /// <summary>A record of the frontier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* FrontierRecord(uint local) => TKey.IsRecord ? _keys.At(local) : _level!.At(local);

    /// <summary>The key with a local id.</summary>
    public byte* Key(uint local) => _keys.At(local);

    /// <summary>Makes what was found the frontier.</summary>
    public void EndLevel()
    {
        (Frontier, NextFrontier) = (NextFrontier, Frontier);
        NextFrontier.Clear();
        if (!TKey.IsRecord)
        {
            (_level, _nextLevel) = (_nextLevel, _level);
            _nextLevel!.Clear();
        }
    }

    /// <summary>Inserts candidates that are new, in order.</summary>
    public void Insert(byte* from, byte* end)
    {
        var ahead = from;
        for (var i = 0; i < SlotLead && ahead < end; i++)
        {
            ahead = PrefetchSlot(ahead);
        }

        var near = from;
        for (var i = 0; i < KeyLead && near < end; i++)
        {
            near = PrefetchKey(near);
        }

        while (from < end && !IsFull)
        {
            if (ahead < end)
            {
                ahead = PrefetchSlot(ahead);
            }

            if (near < end)
            {
                near = PrefetchKey(near);
            }

            var record = from + ScatterBuffer.HeaderBytes;
            Insert(Unsafe.ReadUnaligned<uint>(from), record);
            from = record + TShape.BytesOf(record);
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_slots);
        _slots = null;
        _keys.Dispose();
        _level?.Dispose();
        _nextLevel?.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Insert(uint hash, byte* record)
    {
        if (4 * Count >= 3L * _mask)
        {
            GrowIndex();
        }

        var at = hash & _mask;
        while (true)
        {
            var slot = _slots[at];
            if (slot == 0)
            {
                break;
            }

            if (((slot ^ hash) & TagMask) == 0 && TKey.Matches(_keys.At(slot & ~TagMask), record))
            {
                return;
            }

            at = (at + 1) & _mask;
        }

        var units = TKey.UnitsOf(record);
        var local = _keys.PlaceFor(units);
        if (local + units > StateId.Locals)
        {
            IsFull = true;
            return;
        }

        TKey.Store(record, _keys.Take(local, units));
        _slots[at] = (hash & TagMask) | local;
        Count++;
        AddToFrontier(local, record);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddToFrontier(uint key, byte* record)
    {
        var local = key;
        var arena = _keys;
        if (!TKey.IsRecord)
        {
            arena = _nextLevel!;
            var units = TShape.UnitsOf(record);
            local = arena.PlaceFor(units);
            TShape.Copy(record, arena.Take(local, units));
        }

        var pieces = CollectionsMarshal.AsSpan(NextFrontier);
        if (pieces.Length != 0 && pieces[^1].Count < Piece.Longest && !arena.BeginsSegment(local))
        {
            pieces[^1].Count++;
        }
        else
        {
            NextFrontier.Add(new Piece { Record = local, Key = key, Count = 1 });
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* PrefetchSlot(byte* candidate)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_slots + (Unsafe.ReadUnaligned<uint>(candidate) & _mask));
        }

        return Behind(candidate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* PrefetchKey(byte* candidate)
    {
        if (Sse.IsSupported && _slots != null)
        {
            var hash = Unsafe.ReadUnaligned<uint>(candidate);
            var slot = _slots[hash & _mask];
            if (slot != 0 && ((slot ^ hash) & TagMask) == 0)
            {
                Sse.Prefetch0(_keys.At(slot & ~TagMask));
            }
        }

        return Behind(candidate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Behind(byte* candidate)
    {
        candidate += ScatterBuffer.HeaderBytes;
        return candidate + TShape.BytesOf(candidate);
    }

    // Three quarters full at most. The keys are read in the order of the old slots, asked for ahead like everything else.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GrowIndex()
    {
        var old = _slots;
        var oldSlots = old == null ? 0 : _mask + 1;
        var slots = old == null ? 64 : 2 * oldSlots;
        _mask = slots - 1;
        _slots = (uint*)NativeMemory.AllocZeroed(slots, sizeof(uint));
        for (uint i = 0; i < oldSlots; i++)
        {
            if (Sse.IsSupported && i + SlotLead < oldSlots && old[i + SlotLead] != 0)
            {
                Sse.Prefetch0(_keys.At(old[i + SlotLead] & ~TagMask));
            }

            if (old[i] != 0)
            {
                var at = (uint)TKey.HashOf(_keys.At(old[i] & ~TagMask)) & _mask;
                while (_slots[at] != 0)
                {
                    at = (at + 1) & _mask;
                }

                _slots[at] = old[i];
            }
        }

        NativeMemory.Free(old);
    }
}

/// <summary>Some records of the frontier in a row, in one segment.</summary>
internal struct Piece
{
    /// <summary>The most records in a piece.</summary>
    public const int Longest = 256;

    /// <summary>The local id of the first record in the arena that the frontier is read from.</summary>
    public uint Record;

    /// <summary>The local id of the first key.</summary>
    public uint Key;

    /// <summary>The number of records.</summary>
    public int Count;
}
