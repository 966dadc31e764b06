using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>
/// Lines of 64 bytes, each kept once and known by a number: parts of states, and groups of sixteen such numbers. Two lines have the same number if and only if they hold the
/// same. Number 0 is the line of zeros. All workers of an exploration share it.
/// </summary>
/// <remarks>Numbers depend on who came first. Nothing that is shown, counted or put in order may depend on them: states are hashed by what lines hold.</remarks>
internal sealed unsafe class LineStore
{
    /// <summary>The size of a line.</summary>
    public const int LineBytes = LineWords * sizeof(ulong);

    /// <summary>The words of a line.</summary>
    public const int LineWords = 8;

    /// <summary>A number for the line of zeros where 0 means something else.</summary>
    public const uint Zeros = 1;

    // So many that two workers seldom want the same one.
    private const int ShardBits = 6;
    private const int SegmentLineBits = 8;

    private readonly Shard[] _shards = new Shard[1 << ShardBits];

    // Where the segments of each shard are. All workers read it all the time, so it lies apart from what is written with every new line.
    private readonly nint[][] _segments = new nint[1 << ShardBits][];

    public LineStore()
    {
        for (var i = 0; i < _shards.Length; i++)
        {
            _shards[i] = new Shard(_segments, i);
        }
    }

    /// <summary>The memory in use: a line, and what it takes to find it. Follows from what was put in alone.</summary>
    public long BytesInUse => _shards.Sum(shard => (long)shard.Count) * (LineBytes + (2 * sizeof(ulong)));

    /// <summary>The hash of a line's contents: the same on every machine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HashOf(ulong* line) => StateHash.OfLine(line);

    /// <summary>What a line holds. It never changes nor moves.</summary>
    /// <param name="number">The number of one that is not all zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong* At(uint number) => At(_segments[number & ((1 << ShardBits) - 1)], number >> ShardBits);

    /// <summary>The number of a line that is not all zeros.</summary>
    /// <param name="line">Its words.</param>
    /// <param name="hash">Their hash.</param>
    public uint NumberOf(ulong* line, ulong hash)
    {
        var shard = (int)(hash >> (64 - ShardBits));
        return (_shards[shard].Find(line, hash) << ShardBits) | (uint)shard;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong* At(nint[] segments, uint local) =>
        (ulong*)(segments[local >> SegmentLineBits] + (nint)((local & ((1 << SegmentLineBits) - 1)) * LineBytes));

    private sealed class Shard : CacheIsolated
    {
        private readonly nint[][] _all;
        private readonly int _number;
        private readonly Lock _lock = new();
        private readonly List<byte[]> _kept = [];

        // Two words for a slot: the hash, then the number from 1; 0 is empty.
        private ulong[] _index = new ulong[2 * 64];

        // Number 0 of every shard is the line of zeros.
        public Shard(nint[][] all, int number)
        {
            _all = all;
            _number = number;
            all[number] = [];
            LineWords64.Clear(AddSegment());
        }

        public int Count { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public uint Find(ulong* line, ulong hash)
        {
            lock (_lock)
            {
                var mask = (uint)(_index.Length / 2) - 1;
                var at = (uint)hash & mask;
                for (; _index[(2 * at) + 1] is not 0 and var local; at = (at + 1) & mask)
                {
                    if (_index[2 * at] == hash && LineWords64.AreEqual(At(_all[_number], (uint)local), line))
                    {
                        return (uint)local;
                    }
                }

                var added = Add(line);
                (_index[2 * at], _index[(2 * at) + 1]) = (hash, added);
                if (4L * Count > 3L * mask)
                {
                    Grow();
                }

                return added;
            }
        }

        private uint Add(ulong* line)
        {
            var local = (uint)++Count;
            if (local >= 1U << (32 - ShardBits))
            {
                throw new InvalidOperationException("A state space has more than 2^28 different parts of states: explore it within bounds.");
            }

            if (local >> SegmentLineBits == _all[_number].Length)
            {
                AddSegment();
            }

            LineWords64.Copy(line, At(_all[_number], local));
            return local;
        }

        private ulong* AddSegment()
        {
            var segment = GC.AllocateUninitializedArray<byte>(LineBytes << SegmentLineBits, pinned: true);
            var address = Marshal.UnsafeAddrOfPinnedArrayElement(segment, 0);
            _kept.Add(segment);

            // Others read lines meanwhile: by the old table, which has all that they know of.
            Volatile.Write(ref _all[_number], [.. _all[_number], address]);
            return (ulong*)address;
        }

        private void Grow()
        {
            var index = new ulong[2 * _index.Length];
            var mask = (uint)(index.Length / 2) - 1;
            for (var slot = 0; slot < _index.Length; slot += 2)
            {
                if (_index[slot + 1] != 0)
                {
                    var at = (uint)_index[slot] & mask;
                    while (index[(2 * at) + 1] != 0)
                    {
                        at = (at + 1) & mask;
                    }

                    (index[2 * at], index[(2 * at) + 1]) = (_index[slot], _index[slot + 1]);
                }
            }

            _index = index;
        }
    }
}
