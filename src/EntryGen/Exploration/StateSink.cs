using System.Runtime.CompilerServices;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration;

/// <summary>Takes the states a model adds. Nothing is allocated for one.</summary>
/// <typeparam name="TState">The state.</typeparam>
public readonly ref struct StateSink<TState>
    where TState : unmanaged
{
    private readonly RecordBuffer _records;

    internal StateSink(RecordBuffer records) => _records = records;

    /// <summary>Adds a state.</summary>
    /// <param name="transition">What leads to it: a small number that the model can name.</param>
    /// <param name="state">The state.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Add(int transition, in TState state)
    {
        var record = _records.Append(FixedShape<TState>.Bytes);
        Unsafe.WriteUnaligned(record, transition);
        Unsafe.WriteUnaligned(record + sizeof(uint), state);
    }
}
