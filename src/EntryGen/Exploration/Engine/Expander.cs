using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>One worker: looks at the states of a chunk and sorts their successors by shard.</summary>
internal sealed unsafe class Expander<TShape, TKey>(StateSpace space, SearchOptions options) : CacheIsolated, IDisposable
    where TShape : struct, IRecordShape
    where TKey : struct, IStoredKey
{
    /// <summary>The bytes of what records refer to, which all workers share.</summary>
    public long SharedBytes => space.SharedBytes;

    /// <summary>Puts the initial states into a chunk. They have no parents.</summary>
    public int Seed(Chunk chunk)
    {
        space.Records.Clear();
        space.InitialStates();
        chunk.SuccessorBytes += Scatter(chunk, default, 0);
        return space.Records.Count;
    }

    /// <summary>Looks at states and, if asked, at what follows.</summary>
    /// <param name="chunk">Where to put what was found.</param>
    /// <param name="shard">The shard of the states.</param>
    /// <param name="number">The shard's number.</param>
    /// <param name="piece">The states.</param>
    /// <param name="open">The properties not yet decided.</param>
    /// <param name="expand">Whether successors are wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Expand(Chunk chunk, Shard<TShape, TKey> shard, int number, in Piece piece, PropertySets open, bool expand)
    {
        var local = piece.Record;
        var key = piece.Key;
        var transitions = 0L;
        var bytes = 0L;
        for (var i = 0; i < piece.Count; i++)
        {
            var record = shard.FrontierRecord(local);
            var id = new StateId(key, number);
            space.Visit(record);
            var invariants = open.Invariants & ~chunk.Broken;
            if (invariants != 0 && space.BrokenInvariants(invariants) is var broken and not 0)
            {
                chunk.Note(broken, id);
            }

            if (expand)
            {
                space.Records.Clear();
                space.Successors();
                var count = space.Records.Count;
                transitions += count;
                if (count == 0)
                {
                    End(chunk, record, id, open.Ends);
                }
                else
                {
                    bytes += Scatter(chunk, id, open.Steps);
                }
            }

            local += TShape.UnitsOf(record);
            key += TKey.UnitsOf(record);
        }

        chunk.Tally.Transitions += transitions;
        chunk.SuccessorBytes += bytes;
    }

    public void Dispose() => space.Dispose();

    // Returns the bytes of the candidates.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Scatter(Chunk chunk, StateId parent, ulong steps)
    {
        var scattered = 0L;
        var end = space.Records.End;
        for (var record = space.Records.Start; record < end; record += TShape.BytesOf(record))
        {
            if ((steps & ~chunk.Broken) != 0 && space.BrokenSteps(steps & ~chunk.Broken, record) is var broken and not 0)
            {
                chunk.Note(broken, parent);
            }

            if (options.CountTransitions && !parent.IsNone)
            {
                chunk.Tally.Count(Unsafe.ReadUnaligned<int>(record));
            }

            if (space.IsReduced)
            {
                space.Canonicalize(record);
            }

            Unsafe.WriteUnaligned(record, parent.Value);
            var hash = TShape.HashOf(record);
            var bytes = ScatterBuffer.HeaderBytes + TShape.BytesOf(record);
            var candidate = chunk.Successors.Append(StateId.ShardOf(hash), bytes);
            Unsafe.WriteUnaligned(candidate, (uint)hash);
            TShape.Copy(record, candidate + ScatterBuffer.HeaderBytes);
            scattered += bytes;
        }

        return scattered;
    }

    private void End(Chunk chunk, byte* record, StateId id, ulong ends)
    {
        chunk.Tally.Terminals++;
        if (options.CollectTerminals)
        {
            chunk.Tally.TerminalStates.Add(new EncodedState(TShape.StateOf(record).ToArray()));
        }

        if ((ends & ~chunk.Broken) != 0 && space.BrokenEnds(ends & ~chunk.Broken) is var broken and not 0)
        {
            chunk.Note(broken, id);
        }
    }
}
