using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Records one behind the other in native memory that never moves. A record's local id counts units from 1; no record crosses a segment.</summary>
internal sealed unsafe class Arena(int unitBytes, int segmentUnits) : IDisposable
{
    private readonly int _segmentBits = System.Numerics.BitOperations.Log2((uint)segmentUnits);
    private byte** _segments;
    private int _segmentCount;
    private int _segmentCapacity;

    /// <summary>The local id that the next record gets if it fits into the segment.</summary>
    public uint Next { get; private set; } = 1;

    /// <summary>The bytes of the units in use.</summary>
    public long BytesInUse => (long)Next * unitBytes;

    /// <summary>The record with a local id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(uint local) => _segments[local >> _segmentBits] + ((nint)(local & (uint)(segmentUnits - 1)) * unitBytes);

    /// <summary>The local id at which a record of some units will begin: at once, or in the next segment.</summary>
    public uint PlaceFor(uint units) => (Next & (uint)(segmentUnits - 1)) + units <= (uint)segmentUnits ? Next : (Next + (uint)segmentUnits) & ~(uint)(segmentUnits - 1);

    /// <summary>Whether a local id is the first of its segment.</summary>
    public bool BeginsSegment(uint local) => (local & (uint)(segmentUnits - 1)) == 0;

    /// <summary>Takes the units that <see cref="PlaceFor"/> found.</summary>
    public byte* Take(uint local, uint units)
    {
        Next = local + units;
        if ((int)(local >> _segmentBits) >= _segmentCount)
        {
            AddSegment();
        }

        return At(local);
    }

    /// <summary>Forgets the records and keeps the memory.</summary>
    public void Clear() => Next = 1;

    public void Dispose()
    {
        for (var i = 0; i < _segmentCount; i++)
        {
            NativeMemory.Free(_segments[i]);
        }

        NativeMemory.Free(_segments);
        _segments = null;
        _segmentCount = _segmentCapacity = 0;
    }

    private void AddSegment()
    {
        if (_segmentCount == _segmentCapacity)
        {
            _segmentCapacity = Math.Max(8, 2 * _segmentCapacity);
            _segments = (byte**)NativeMemory.Realloc(_segments, (nuint)_segmentCapacity * (nuint)sizeof(byte*));
        }

        _segments[_segmentCount] = (byte*)NativeMemory.Alloc((nuint)segmentUnits, (nuint)unitBytes);
        _segmentCount++;
    }
}
