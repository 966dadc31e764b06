using System.Runtime.CompilerServices;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration;

/// <summary>Takes the encoded states a model adds. Nothing is allocated for one.</summary>
public readonly ref struct EncodedSink
{
    private readonly RecordBuffer _records;

    internal EncodedSink(RecordBuffer records) => _records = records;

    /// <summary>Adds a state.</summary>
    /// <param name="transition">What leads to it: a small number that the model can name.</param>
    /// <param name="state">Its encoding.</param>
    public void Add(int transition, ReadOnlySpan<byte> state) => state.CopyTo(Reserve(transition, state.Length));

    /// <summary>Adds a state whose encoding the caller writes.</summary>
    /// <param name="transition">What leads to it: a small number that the model can name.</param>
    /// <param name="length">The length of the encoding in bytes.</param>
    /// <returns>Where to write it, all of it, before the next call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A state is longer than the store can hold (just below 1 MiB), or the length is negative.</exception>
    public unsafe Span<byte> Reserve(int transition, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, EncodedShape.LongestState);
        var bytes = EncodedShape.BytesFor(length);
        var record = _records.Append(bytes);

        // The last word first: its padding must be zero, since states are compared in words.
        Unsafe.WriteUnaligned(record + bytes - sizeof(ulong), 0UL);
        Unsafe.WriteUnaligned(record, transition);
        Unsafe.WriteUnaligned(record + sizeof(uint), length);
        return new Span<byte>(record + EncodedShape.HeaderBytes, length);
    }
}
