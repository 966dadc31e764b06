namespace EntryGen.Asm.Flow;

/// <summary>The nodes of decision diagrams, each of them once, and what was computed with them (Brace, Rudell, Bryant 1990).</summary>
/// <remarks>What was computed is kept until something else needs its place: an analysis asks for the same few sets again and again.</remarks>
internal sealed class DiagramTable
{
    private const int InitialSize = 1 << 10;
    private Node[] _nodes = new Node[InitialSize];
    private int[] _buckets = new int[2 * InitialSize];
    private Result[] _results = new Result[InitialSize];

    /// <summary>How many nodes there are.</summary>
    public int Count { get; private set; }

    /// <summary>A node by its number.</summary>
    public ref readonly Node this[int node] => ref _nodes[node];

    /// <summary>Adds a node that no other is equal to: an end of the diagrams.</summary>
    public void AddEnd(int value) => _nodes[Count++] = new Node(int.MaxValue, value, value);

    /// <summary>The number of the node of a feature with these two sides.</summary>
    public int NumberOf(int feature, int off, int on)
    {
        var bucket = Hash(feature, off, on) & (_buckets.Length - 1);
        while (_buckets[bucket] is var entry and > 0)
        {
            ref readonly var known = ref _nodes[entry];
            if (known.Feature == feature && known.Off == off && known.On == on)
            {
                return entry;
            }

            bucket = (bucket + 1) & (_buckets.Length - 1);
        }

        if (Count == _nodes.Length)
        {
            Grow();
            return NumberOf(feature, off, on);
        }

        _nodes[Count] = new Node(feature, off, on);
        _buckets[bucket] = Count;
        return Count++;
    }

    /// <summary>What an operation on two nodes gave, if that is still known.</summary>
    public bool TryFind(int operation, int left, int right, out int value)
    {
        ref readonly var result = ref _results[Hash(operation, left, right) & (_results.Length - 1)];
        value = result.Value;
        return result.Left == left && result.Right == right && result.Operation == operation;
    }

    /// <summary>Keeps what an operation on two nodes gave. Operations count from 1.</summary>
    public void Keep(int operation, int left, int right, int value) =>
        _results[Hash(operation, left, right) & (_results.Length - 1)] = new Result(operation, left, right, value);

    private void Grow()
    {
        Array.Resize(ref _nodes, 2 * _nodes.Length);
        _buckets = new int[2 * _nodes.Length];
        for (var node = 0; node < Count; node++)
        {
            ref readonly var known = ref _nodes[node];
            if (known.Feature == int.MaxValue)
            {
                continue;
            }

            var bucket = Hash(known.Feature, known.Off, known.On) & (_buckets.Length - 1);
            while (_buckets[bucket] > 0)
            {
                bucket = (bucket + 1) & (_buckets.Length - 1);
            }

            _buckets[bucket] = node;
        }

        var results = _results;
        _results = new Result[_nodes.Length];
        foreach (ref readonly var result in results.AsSpan())
        {
            Keep(result.Operation, result.Left, result.Right, result.Value);
        }
    }

    private static int Hash(int first, int second, int third)
    {
        var hash = unchecked(((uint)first * 0x9E3779B1u) ^ ((uint)second * 0x85EBCA77u) ^ ((uint)third * 0xC2B2AE3Du));
        return (int)((hash ^ (hash >> 15)) & int.MaxValue);
    }

    /// <summary>A choice: the diagrams for a feature off and on.</summary>
    internal readonly struct Node(int feature, int off, int on)
    {
        /// <summary>The feature's index; the highest number at an end.</summary>
        public int Feature { get; } = feature;

        /// <summary>The diagram for the feature off.</summary>
        public int Off { get; } = off;

        /// <summary>The diagram for the feature on.</summary>
        public int On { get; } = on;
    }

    private readonly record struct Result(int Operation, int Left, int Right, int Value);
}
