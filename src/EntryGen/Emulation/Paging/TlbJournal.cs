namespace EntryGen.Emulation;

/// <summary>What has changed in the TLB since a snapshot, so that going back to it costs what was changed and not what is there.</summary>
internal sealed class TlbJournal
{
    /// <summary>With more than so many changes it is no dearer to load the snapshot's entries.</summary>
    private const int Most = 64;

    private readonly List<Change> _changes = [];

    /// <summary>The snapshot that the changes count from; null for none.</summary>
    public object? Origin { get; private set; }

    /// <summary>The changes, oldest first.</summary>
    public IReadOnlyList<Change> Changes => _changes;

    /// <summary>Counts from here: the TLB holds what the snapshot does.</summary>
    public void Start(object origin)
    {
        Origin = origin;
        _changes.Clear();
    }

    /// <summary>Notes a change.</summary>
    public void Add(Change change)
    {
        if (Origin is null)
        {
            return;
        }

        if (_changes.Count == Most)
        {
            Stop();
            return;
        }

        _changes.Add(change);
    }

    /// <summary>Something has changed that changes cannot describe.</summary>
    public void Stop()
    {
        Origin = null;
        _changes.Clear();
    }

    /// <summary>One change: what a slot held, or when entries of a PCID were flushed before.</summary>
    /// <param name="Kind">Which of them.</param>
    /// <param name="Index">The slot, or the PCID.</param>
    /// <param name="Old">The slot.</param>
    /// <param name="Time">The time of the flush before.</param>
    public readonly record struct Change(ChangeKind Kind, int Index, TlbSlot Old, ulong Time);

    /// <summary>What changed.</summary>
    public enum ChangeKind
    {
        /// <summary>A slot.</summary>
        Slot,

        /// <summary>When one PCID, or the global entries, were flushed.</summary>
        FlushedAt,

        /// <summary>When all entries but for the global ones were flushed.</summary>
        FlushedAllButGlobalAt,
    }
}
