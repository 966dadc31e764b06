using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace EntryGen.Exploration.Engine;

/// <summary>
/// The states whose hash begins with certain bits: their keys in order of discovery, a hash index over them, and the part of the frontier among them.
/// One thread inserts at a time; while states are expanded, all may read.
/// </summary>
internal sealed unsafe class Shard<TShape, TKey> : CacheIsolated, IDisposable
    where TShape : struct, IRecordShape
    where TKey : struct, IStoredKey
{
    // A slot is six bits of hash over the 26 bits of a local id; zero is empty. Positions come from the low bits of the same 32 bits of hash.
    private const uint TagMask = ~(StateId.Locals - 1);

    // How far ahead of the insertion the index and the stored key are asked for, so that misses overlap.
    private const int SlotLead = 16;
    private const int KeyLead = 8;

    private readonly Arena _keys;
    private Arena? _level;
    private Arena? _nextLevel;
    private uint* _slots;
    private bool _isIndexInPages;
    private uint _mask;
    private long _mostBeforeGrowth;

    // Records that still go into the last piece of the next frontier.
    private int _pieceRoom;

    public Shard(StoreMemory memory)
    {
        _keys = new Arena(TKey.UnitBytes, TKey.SegmentUnits, memory);
        if (!TKey.IsRecord)
        {
            _level = new Arena(TShape.UnitBytes, TShape.SegmentUnits, memory);
            _nextLevel = new Arena(TShape.UnitBytes, TShape.SegmentUnits, memory);
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
        EndPiece();
        (Frontier, NextFrontier) = (NextFrontier, Frontier);
        NextFrontier.Clear();
        if (!TKey.IsRecord)
        {
            (_level, _nextLevel) = (_nextLevel, _level);
            _nextLevel!.Clear();
        }
    }

    /// <summary>Inserts candidates that are new, in order.</summary>
    /// <param name="chunks">The chunks they are in.</param>
    /// <param name="number">This shard's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Insert(ReadOnlySpan<Chunk> chunks, int number)
    {
        var current = new CandidateCursor<TShape>(chunks, number);
        var near = current;
        var ahead = current;
        for (var i = 0; i < SlotLead; i++)
        {
            PrefetchSlot(ahead.Next());
        }

        for (var i = 0; i < KeyLead; i++)
        {
            PrefetchKey(near.Next());
        }

        for (var candidate = current.Next(); candidate != null && !IsFull; candidate = current.Next())
        {
            PrefetchSlot(ahead.Next());
            PrefetchKey(near.Next());
            Insert(Unsafe.ReadUnaligned<uint>(candidate), candidate + ScatterBuffer.HeaderBytes);
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        FreeIndex();
        _keys.Dispose();
        _level?.Dispose();
        _nextLevel?.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Insert(uint hash, byte* record)
    {
        if (Count >= _mostBeforeGrowth)
        {
            GrowIndex();
        }

        var at = hash & _mask;
        for (var slot = _slots[at]; slot != 0; slot = _slots[at])
        {
            if (((slot ^ hash) & TagMask) == 0 && TKey.Matches(_keys.At(slot & ~TagMask), record))
            {
                return;
            }

            at = (at + 1) & _mask;
        }

        var units = TKey.UnitsOf(record);
        if (!_keys.Fits(units) && !BeginSegment(_keys))
        {
            return;
        }

        var local = _keys.Next;
        TKey.Store(record, _keys.Take(units));
        _slots[at] = (hash & TagMask) | local;
        Count++;
        AddToFrontier(local, record);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddToFrontier(uint key, byte* record)
    {
        var local = key;
        if (!TKey.IsRecord)
        {
            var level = _nextLevel!;
            var units = TShape.UnitsOf(record);
            if (!level.Fits(units) && !BeginSegment(level))
            {
                return;
            }

            local = level.Next;
            TShape.Copy(record, level.Take(units));
        }

        if (_pieceRoom == 0)
        {
            BeginPiece(local, key);
        }

        _pieceRoom--;
    }

    // A piece lies in one segment of the arena that the frontier is read from.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool BeginSegment(Arena arena)
    {
        if (arena.HasGap)
        {
            TKey.MarkGap(arena.At(arena.Next));
        }

        IsFull = !arena.BeginSegment();
        if (TKey.IsRecord || arena != _keys)
        {
            EndPiece();
        }

        return !IsFull;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BeginPiece(uint local, uint key)
    {
        EndPiece();
        NextFrontier.Add(new Piece { Record = local, Key = key, Count = Piece.Longest });
        _pieceRoom = Piece.Longest;
    }

    private void EndPiece()
    {
        if (_pieceRoom != 0)
        {
            CollectionsMarshal.AsSpan(NextFrontier)[^1].Count -= _pieceRoom;
            _pieceRoom = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchSlot(byte* candidate)
    {
        if (candidate != null)
        {
            PrefetchSlotOf(Unsafe.ReadUnaligned<uint>(candidate));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchKey(byte* candidate)
    {
        if (Sse.IsSupported && candidate != null && _slots != null)
        {
            var hash = Unsafe.ReadUnaligned<uint>(candidate);
            var slot = _slots[hash & _mask];
            if (slot != 0 && ((slot ^ hash) & TagMask) == 0)
            {
                Sse.Prefetch0(_keys.At(slot & ~TagMask));
            }
        }
    }

    // Three quarters full at most. The keys are read in the order in which they lie, some at a time, so that the misses in the new index overlap.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GrowIndex()
    {
        FreeIndex();
        var slots = _mask == 0 ? 64 : 2 * (_mask + 1);
        _mask = slots - 1;
        _mostBeforeGrowth = slots / 4 * 3;
        AllocateIndex(slots);

        const int Batch = 32;
        var hashes = stackalloc uint[Batch];
        var locals = stackalloc uint[Batch];
        for (uint local = 1; local < _keys.Next;)
        {
            var count = 0;
            while (count < Batch && local < _keys.Next)
            {
                var key = _keys.At(local);
                if (TKey.IsGap(key))
                {
                    local = _keys.NextSegment(local);
                    continue;
                }

                hashes[count] = (uint)TKey.HashOf(key);
                locals[count] = local;
                PrefetchSlotOf(hashes[count]);
                count++;
                local += TKey.UnitsOf(key);
            }

            for (var i = 0; i < count; i++)
            {
                var at = hashes[i] & _mask;
                while (_slots[at] != 0)
                {
                    at = (at + 1) & _mask;
                }

                _slots[at] = (hashes[i] & TagMask) | locals[i];
            }
        }
    }

    private void AllocateIndex(nuint slots)
    {
        var bytes = slots * sizeof(uint);
        _isIndexInPages = bytes >= StoreMemory.PageBytes;
        if (_isIndexInPages)
        {
            _slots = (uint*)StoreMemory.AllocPages(bytes);
            NativeMemory.Clear(_slots, bytes);
        }
        else
        {
            _slots = (uint*)NativeMemory.AllocZeroed(bytes);
        }
    }

    private void FreeIndex()
    {
        if (_isIndexInPages)
        {
            StoreMemory.FreePages(_slots);
        }
        else
        {
            NativeMemory.Free(_slots);
        }

        _slots = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchSlotOf(uint hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_slots + (hash & _mask));
        }
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
