namespace EntryGen.Exploration.Engine;

/// <summary>Some chunks of the frontier in a row that are expanded together and then inserted together.</summary>
internal sealed class Round : IDisposable
{
    private const int MostChunks = 64;
    private const int FewestChunkStates = 128;
    private const int MostChunkStates = 4096;
    private const int ChunkBytes = 512 * 1024;

    private readonly Chunk[] _chunks = [.. Enumerable.Range(0, MostChunks).Select(_ => new Chunk())];

    /// <summary>The number of chunks.</summary>
    public int Count { get; private set; }

    /// <summary>The chunks, in the order of the frontier.</summary>
    public ReadOnlySpan<Chunk> Chunks => _chunks.AsSpan(0, Count);

    /// <summary>The number of their states.</summary>
    public long States
    {
        get
        {
            var states = 0L;
            foreach (var chunk in Chunks)
            {
                states += chunk.States;
            }

            return states;
        }
    }

    /// <summary>The bytes of their successors.</summary>
    public long SuccessorBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var chunk in Chunks)
            {
                bytes += chunk.SuccessorBytes;
            }

            return bytes;
        }
    }

    /// <summary>A chunk.</summary>
    public Chunk this[int number] => _chunks[number];

    /// <summary>Takes pieces of the frontier. Chunks are small enough for every worker to have some, also of a level that is small, and for their successors to stay in the cache.</summary>
    /// <param name="frontier">All pieces of the level.</param>
    /// <param name="piece">The first to take; afterwards the first that is left.</param>
    /// <param name="levelStates">The states of the level.</param>
    /// <param name="bytesPerState">The bytes of successors to be expected for a state.</param>
    public void Begin(IReadOnlyList<(int Shard, Piece Piece)> frontier, ref int piece, long levelStates, double bytesPerState)
    {
        var most = Math.Clamp(levelStates / MostChunks, FewestChunkStates, (long)Math.Clamp(ChunkBytes / bytesPerState, Piece.Longest, MostChunkStates));
        for (Count = 0; Count < MostChunks && piece < frontier.Count; Count++)
        {
            var first = piece;
            var states = 0;
            while (piece < frontier.Count && (states == 0 || states + frontier[piece].Piece.Count <= most))
            {
                states += frontier[piece].Piece.Count;
                piece++;
            }

            _chunks[Count].Begin(first..piece, states);
        }
    }

    /// <summary>One empty chunk, for the initial states.</summary>
    public Chunk BeginSeed()
    {
        Count = 1;
        _chunks[0].Begin(0..0, 0);
        return _chunks[0];
    }

    /// <summary>Forgets the chunks.</summary>
    public void Clear() => Count = 0;

    public void Dispose()
    {
        foreach (var chunk in _chunks)
        {
            chunk.Dispose();
        }
    }
}
