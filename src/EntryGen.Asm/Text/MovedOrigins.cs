namespace EntryGen.Asm.Text;

/// <summary>Where the characters of a text stand after edits, found when somebody asks: of ten thousands of runs that move with each edit few are looked at.</summary>
internal sealed class MovedOrigins
{
    private readonly int _length;
    private OriginRun[] _runs;
    private SourceVersions? _edits; // that the runs have not seen

    /// <summary>A text of which all characters are in lines that stay.</summary>
    /// <param name="runs">Its runs before the edits.</param>
    /// <param name="edits">The edits.</param>
    /// <param name="length">Its length.</param>
    public MovedOrigins(OriginRun[] runs, SourceVersions edits, int length)
    {
        _length = length;
        _runs = runs;
        _edits = edits;
    }

    /// <summary>The runs after the edits. Whoever asks first moves them, on whichever thread; nothing of the texts before is kept then.</summary>
    public OriginRun[] Runs
    {
        get
        {
            if (Volatile.Read(ref _edits) is { } edits)
            {
                lock (edits)
                {
                    if (_edits is not null)
                    {
                        _runs = edits.Move(_runs, _length);
                        Volatile.Write(ref _edits, null);
                    }
                }
            }

            return _runs;
        }
    }

    /// <summary>Runs, and edits that they have not seen; null when they have seen all.</summary>
    public (OriginRun[] Runs, SourceVersions? Edits) Waiting
    {
        get
        {
            if (Volatile.Read(ref _edits) is { } edits)
            {
                lock (edits)
                {
                    return (_runs, _edits);
                }
            }

            return (_runs, null);
        }
    }
}
