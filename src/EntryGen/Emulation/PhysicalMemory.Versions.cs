namespace EntryGen.Emulation;

/// <summary>Versions of the contents, for snapshots.</summary>
/// <remarks>
/// The array always holds the newest state. A version is a node of a tree whose root is the current one; each other node holds the blocks in which it
/// differs from its neighbour towards the root (a rerooting persistent array: H. Baker, "Shallow binding makes functional arrays fast", 1991).
/// Going to another version swaps blocks along the path. Only blocks that were written are ever copied, once per version; no other can differ between versions.
/// </remarks>
public sealed partial class PhysicalMemory
{
    // So many blocks are rather copied back each time than watched again for their first write.
    private const int FewBlocks = 16;

    private readonly int[] _touched;
    private readonly List<(int Block, byte[] Original)> _dirty = [];
    private readonly Dictionary<int, byte[]> _originals = [];
    private readonly List<(int Block, byte[] Content)> _candidates = [];
    private readonly List<PhysicalAddress> _changed = [];
    private Version? _current;
    private int _stamp = 1;
    private int[] _visited = [];
    private int _visit;

    /// <summary>Raised when writes to blocks must be seen again: whoever caches permission to write forgets it.</summary>
    internal Action? WritesMustBeSeen { get; set; }

    /// <summary>Called before a block is written for the first time since the last checkpoint.</summary>
    internal void Touch(int block)
    {
        if (_touched[block] != _stamp)
        {
            Preserve(block);
        }
    }

    /// <summary>Makes the present contents a version that can be returned to.</summary>
    internal Version Checkpoint()
    {
        if (_current is not null && IsUnchanged())
        {
            return _current;
        }

        var next = new Version();
        if (_current is not null)
        {
            _current.Blocks.AddRange(_dirty);
            _current.Towards = next;
        }

        _current = next;
        _originals.Clear();
        StartOver();
        return next;
    }

    /// <summary>Returns to a version.</summary>
    internal void Restore(Version version)
    {
        foreach (var (block, original) in _dirty)
        {
            original.AsSpan().CopyTo(Live(block));
        }

        if (version != _current)
        {
            _originals.Clear();
            Reroot(version);
            StartOver();
        }
        else if (_dirty.Count > FewBlocks)
        {
            StartOver();
        }
    }

    /// <summary>Collects the blocks that may differ from a version, with what they hold in it. No other does: it was not written on the way between the two.</summary>
    internal void CollectChanges(Version version, List<(int Block, byte[] Content)> blocks)
    {
        blocks.Clear();
        if (version == _current)
        {
            blocks.AddRange(_dirty);
            return;
        }

        // Of several contents of a block the one nearest to the version is the version's.
        if (_visited.Length == 0)
        {
            _visited = new int[Size / BlockSize];
        }

        _visit++;
        for (var node = version; node != _current; node = node.Towards!)
        {
            AddNew(node.Blocks, blocks);
        }

        AddNew(_dirty, blocks);
    }

    /// <summary>The blocks that hold something else than in a version.</summary>
    /// <returns>Their first addresses in order, valid until the next call.</returns>
    internal List<PhysicalAddress> ChangedSince(Version version)
    {
        CollectChanges(version, _candidates);
        _changed.Clear();
        foreach (var (block, content) in _candidates)
        {
            if (!Live(block).SequenceEqual(content))
            {
                _changed.Add((ulong)block << BlockShift);
            }
        }

        if (_changed.Count > 1)
        {
            _changed.Sort();
        }

        return _changed;
    }

    private void AddNew(List<(int Block, byte[] Content)> from, List<(int Block, byte[] Content)> to)
    {
        foreach (var change in from)
        {
            if (_visited[change.Block] != _visit)
            {
                _visited[change.Block] = _visit;
                to.Add(change);
            }
        }
    }

    /// <summary>Whether all blocks that may have been written hold what they held.</summary>
    private bool IsUnchanged()
    {
        foreach (var (block, original) in _dirty)
        {
            if (!Live(block).SequenceEqual(original))
            {
                return false;
            }
        }

        return true;
    }

    private void Reroot(Version version)
    {
        var path = new Stack<Version>();
        for (var node = version; node != _current; node = node.Towards!)
        {
            path.Push(node);
        }

        Span<byte> swap = stackalloc byte[BlockSize];
        foreach (var node in path)
        {
            foreach (var (block, content) in node.Blocks)
            {
                var live = Live(block);
                live.CopyTo(swap);
                content.AsSpan().CopyTo(live);
                swap.CopyTo(content);
            }

            _current!.Blocks.AddRange(node.Blocks);
            _current.Towards = node;
            node.Blocks.Clear();
            node.Towards = null;
            _current = node;
        }
    }

    private void Preserve(int block)
    {
        _touched[block] = _stamp;
        if (_current is null)
        {
            return;
        }

        if (!_originals.TryGetValue(block, out var original))
        {
            original = Live(block).ToArray();
            _originals.Add(block, original);
        }

        _dirty.Add((block, original));
    }

    private void StartOver()
    {
        _dirty.Clear();
        _stamp++;
        WritesMustBeSeen?.Invoke();
    }

    private Span<byte> Live(int block) => Bytes.AsSpan(block << BlockShift, BlockSize);

    /// <summary>One version. It belongs to the memory that made it.</summary>
    internal sealed class Version
    {
        /// <summary>The neighbour on the path to the current version; null in the current one.</summary>
        public Version? Towards { get; set; }

        /// <summary>The blocks that differ from those of <see cref="Towards"/>, with this version's contents.</summary>
        public List<(int Block, byte[] Content)> Blocks { get; } = [];
    }
}
