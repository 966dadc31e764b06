using System.Runtime.CompilerServices;

namespace EntryGen.Exploration.Engine;

/// <summary>Goes through the candidates for one shard: those of the first chunk, then those of the second, and so on.</summary>
internal unsafe ref struct CandidateCursor<TShape>(ReadOnlySpan<Chunk> chunks, int shard)
    where TShape : struct, IRecordShape
{
    private readonly ReadOnlySpan<Chunk> _chunks = chunks;
    private byte* _next;
    private byte* _end;
    private int _chunk;

    /// <summary>The next candidate; null behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Next()
    {
        if (_next == _end && !NextChunk())
        {
            return null;
        }

        var candidate = _next;
        _next = candidate + ScatterBuffer.HeaderBytes;
        _next += TShape.BytesOf(_next);
        return candidate;
    }

    private bool NextChunk()
    {
        while (_chunk < _chunks.Length)
        {
            var successors = _chunks[_chunk].Successors;
            _chunk++;
            _next = successors.Start(shard);
            _end = successors.End(shard);
            if (_next != _end)
            {
                return true;
            }
        }

        return false;
    }
}
