namespace EntryGen.Emulation;

/// <summary>Versions of the contents, for snapshots.</summary>
/// <remarks>
/// The array always holds the newest state. A version is a node of a tree whose root is the current one; each other node holds the pages in which it
/// differs from its neighbour towards the root (a rerooting persistent array: H. Baker, "Shallow binding makes functional arrays fast", 1991).
/// Going to another version swaps pages along the path. Only pages that were written are ever copied, once per version.
/// </remarks>
public sealed partial class PhysicalMemory
{
    // So many pages are rather copied back each time than watched again for their first write.
    private const int FewPages = 4;

    private readonly int[] _touched;
    private readonly List<(int Page, byte[] Original)> _dirty = [];
    private readonly Dictionary<int, byte[]> _originals = [];
    private Version? _current;
    private int _stamp = 1;

    /// <summary>Raised when writes to pages must be seen again: whoever caches permission to write forgets it.</summary>
    internal Action? WritesMustBeSeen { get; set; }

    /// <summary>Called before a page is written for the first time since the last checkpoint.</summary>
    internal void Touch(int page)
    {
        if (_touched[page] != _stamp)
        {
            Preserve(page);
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
            _current.Pages.AddRange(_dirty);
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
        foreach (var (page, original) in _dirty)
        {
            original.CopyTo(Bytes, page * PageSize);
        }

        if (version != _current)
        {
            _originals.Clear();
            Reroot(version);
            StartOver();
        }
        else if (_dirty.Count > FewPages)
        {
            StartOver();
        }
    }

    /// <summary>Collects the pages that may differ from a version, in order, with what they hold in it.</summary>
    internal void CollectChanges(Version version, List<(int Page, byte[] Content)> pages)
    {
        pages.Clear();
        if (version == _current)
        {
            pages.AddRange(_dirty);
        }
        else
        {
            // Of several contents of a page the one nearest to the version is the version's.
            var seen = new HashSet<int>();
            for (var node = version; node != _current; node = node.Towards!)
            {
                pages.AddRange(node.Pages.Where(page => seen.Add(page.Page)));
            }

            pages.AddRange(_dirty.Where(page => seen.Add(page.Page)));
        }

        pages.Sort(static (a, b) => a.Page.CompareTo(b.Page));
    }

    /// <summary>Whether all pages that may have been written hold what they held.</summary>
    private bool IsUnchanged()
    {
        foreach (var (page, original) in _dirty)
        {
            if (!Bytes.AsSpan(page * PageSize, PageSize).SequenceEqual(original))
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

        var swap = new byte[PageSize];
        foreach (var node in path)
        {
            foreach (var (page, content) in node.Pages)
            {
                var live = Bytes.AsSpan(page * PageSize, PageSize);
                live.CopyTo(swap);
                content.CopyTo(live);
                swap.CopyTo(content.AsSpan());
            }

            _current!.Pages.AddRange(node.Pages);
            _current.Towards = node;
            node.Pages.Clear();
            node.Towards = null;
            _current = node;
        }
    }

    private void Preserve(int page)
    {
        _touched[page] = _stamp;
        if (_current is null)
        {
            return;
        }

        if (!_originals.TryGetValue(page, out var original))
        {
            original = Bytes.AsSpan(page * PageSize, PageSize).ToArray();
            _originals.Add(page, original);
        }

        _dirty.Add((page, original));
    }

    private void StartOver()
    {
        _dirty.Clear();
        _stamp++;
        WritesMustBeSeen?.Invoke();
    }

    /// <summary>One version. It belongs to the memory that made it.</summary>
    internal sealed class Version
    {
        /// <summary>The neighbour on the path to the current version; null in the current one.</summary>
        public Version? Towards { get; set; }

        /// <summary>The pages that differ from those of <see cref="Towards"/>, with this version's contents.</summary>
        public List<(int Page, byte[] Content)> Pages { get; } = [];
    }
}
