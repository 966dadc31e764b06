using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Exploration.Engine;

/// <summary>
/// Records one behind the other in native memory that never moves. A record's local id counts units from 1; no record crosses a segment. While one thread appends,
/// others may read what was there before. The first segment is by itself, since most searches are small.
/// </summary>
internal sealed unsafe class Arena(int unitBytes, int segmentUnits, StoreMemory memory) : CacheIsolated, IDisposable
{
    private readonly int _segmentBits = System.Numerics.BitOperations.Log2((uint)segmentUnits);
    private readonly List<nint> _tables = [];
    private byte** _segments;
    private int _segmentCount;
    private int _segmentCapacity;
    private int _inUse = -1;
    private uint _end = 1;

    /// <summary>The local id behind the last record.</summary>
    public uint Next { get; private set; } = 1;

    /// <summary>The bytes of the units in use.</summary>
    public long BytesInUse => (long)Next * unitBytes;

    /// <summary>The record with a local id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(uint local) => _segments[local >> _segmentBits] + ((nint)(local & (uint)(segmentUnits - 1)) * unitBytes);

    /// <summary>Whether the next record fits behind the last, in the same segment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Fits(uint units) => Next + units <= _end;

    /// <summary>Whether units of the last segment are left.</summary>
    public bool HasGap => Next < _end;

    /// <summary>Takes units that fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Take(uint units)
    {
        var record = At(Next);
        Next += units;
        return record;
    }

    /// <summary>The local id at which the segment after that of a record begins.</summary>
    public uint NextSegment(uint local) => (local | (uint)(segmentUnits - 1)) + 1;

    /// <summary>Goes on in the next segment.</summary>
    /// <returns>False when it would have no local ids.</returns>
    public bool BeginSegment()
    {
        var first = (uint)(_inUse + 1) << _segmentBits;
        if (first >= StateId.Locals)
        {
            return false;
        }

        _inUse++;
        Next = Math.Max(1, first);
        _end = first + (uint)segmentUnits;
        if (_inUse == _segmentCount)
        {
            AddSegment();
        }

        return true;
    }

    /// <summary>Forgets the records and keeps the memory.</summary>
    public void Clear()
    {
        _inUse = -1;
        Next = _end = 1;
    }

    public void Dispose()
    {
        if (_segmentCount > 0)
        {
            NativeMemory.Free(_segments[0]);
        }

        foreach (var table in _tables)
        {
            NativeMemory.Free((void*)table);
        }

        _tables.Clear();
        _segments = null;
        _segmentCount = _segmentCapacity = 0;
    }

    // Others may be reading records through the table: a longer one takes its place, and the old one stays until the end.
    private void AddSegment()
    {
        if (_segmentCount == _segmentCapacity)
        {
            _segmentCapacity = Math.Max(8, 2 * _segmentCapacity);
            var longer = (byte**)NativeMemory.Alloc((nuint)_segmentCapacity, (nuint)sizeof(byte*));
            new ReadOnlySpan<nint>(_segments, _segmentCount).CopyTo(new Span<nint>(longer, _segmentCapacity));
            _tables.Add((nint)longer);
            Thread.MemoryBarrier();
            _segments = longer;
        }

        var bytes = (nuint)segmentUnits * (nuint)unitBytes;
        _segments[_segmentCount] = _segmentCount == 0 ? (byte*)NativeMemory.Alloc(bytes) : memory.Take(bytes);
        _segmentCount++;
    }
}
