using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EntryGen.Exploration.Engine;

/// <summary>The successors of one chunk of the frontier, sorted by the shard that owns them and otherwise in order. A candidate is 32 bits of hash, then the record.</summary>
internal sealed unsafe class ScatterBuffer : IDisposable
{
    /// <summary>The bytes before the record.</summary>
    public const int HeaderBytes = sizeof(uint);

    private const int CacheLinePair = 128;

    private readonly Lane* _lanes = NewLanes();

    /// <summary>The first candidate for a shard.</summary>
    public byte* Start(int shard) => _lanes[shard].Start;

    /// <summary>Behind the last candidate for a shard.</summary>
    public byte* End(int shard) => _lanes[shard].Start + _lanes[shard].Used;

    /// <summary>Room for a candidate, header included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Append(int shard, int bytes)
    {
        var lane = _lanes + shard;
        var at = lane->Used;
        if (at + bytes > lane->Capacity)
        {
            Grow(lane, bytes);
        }

        lane->Used = at + bytes;
        return lane->Start + at;
    }

    /// <summary>Forgets the candidates and keeps the memory.</summary>
    public void Clear()
    {
        for (var shard = 0; shard < StateId.Shards; shard++)
        {
            _lanes[shard].Used = 0;
        }
    }

    public void Dispose()
    {
        for (var shard = 0; shard < StateId.Shards; shard++)
        {
            NativeMemory.Free(_lanes[shard].Start);
        }

        NativeMemory.AlignedFree(_lanes);
    }

    // Chunks next to each other are expanded at the same time: their lanes share no line of the cache, nor a pair of lines.
    private static Lane* NewLanes()
    {
        var lanes = (Lane*)NativeMemory.AlignedAlloc((nuint)(StateId.Shards * sizeof(Lane)), CacheLinePair);
        new Span<Lane>(lanes, StateId.Shards).Clear();
        return lanes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Grow(Lane* lane, int bytes)
    {
        lane->Capacity = nint.Max(512, 2 * (lane->Used + bytes));
        lane->Start = (byte*)NativeMemory.Realloc(lane->Start, (nuint)lane->Capacity);
    }

    private struct Lane
    {
        public byte* Start;
        public nint Used;
        public nint Capacity;
    }
}
