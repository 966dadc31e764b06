using System.Runtime.CompilerServices;
using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration;

/// <summary>Asks a model directly, without exploring it: for tests of the model itself.</summary>
public static class ModelInspection
{
    /// <summary>The states in which the model may start.</summary>
    /// <param name="model">The model.</param>
    /// <typeparam name="TState">The state.</typeparam>
    public static IReadOnlyList<(int Transition, TState State)> ListInitialStates<TState>(this IModel<TState> model)
        where TState : unmanaged
    {
        using var records = new RecordBuffer();
        model.InitialStates(new StateSink<TState>(records));
        return List<TState>(records);
    }

    /// <summary>What can follow a state.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The state.</param>
    /// <typeparam name="TState">The state.</typeparam>
    public static IReadOnlyList<(int Transition, TState State)> ListSuccessors<TState>(this IModel<TState> model, TState state)
        where TState : unmanaged
    {
        using var records = new RecordBuffer();
        model.Successors(in state, new StateSink<TState>(records));
        return List<TState>(records);
    }

    /// <summary>The states in which the model may start, encoded.</summary>
    /// <param name="model">The model.</param>
    /// <typeparam name="TView">What a state is decoded into.</typeparam>
    public static IReadOnlyList<(int Transition, byte[] State)> ListInitialStates<TView>(this IEncodedModel<TView> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var records = new RecordBuffer();
        model.InitialStates(new EncodedSink(records));
        return ListEncoded(records);
    }

    /// <summary>What can follow a state, encoded.</summary>
    /// <param name="model">The model.</param>
    /// <param name="state">The state.</param>
    /// <typeparam name="TView">What a state is decoded into.</typeparam>
    public static IReadOnlyList<(int Transition, byte[] State)> ListSuccessors<TView>(this IEncodedModel<TView> model, ReadOnlySpan<byte> state)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var records = new RecordBuffer();
        model.Successors(model.Decode(state), new EncodedSink(records));
        return ListEncoded(records);
    }

    private static unsafe List<(int Transition, byte[] State)> ListEncoded(RecordBuffer records)
    {
        var list = new List<(int Transition, byte[] State)>();
        for (var record = records.Start; record < records.End; record += EncodedShape.BytesOf(record))
        {
            list.Add((Unsafe.ReadUnaligned<int>(record), EncodedShape.StateOf(record).ToArray()));
        }

        return list;
    }

    private static unsafe List<(int Transition, TState State)> List<TState>(RecordBuffer records)
        where TState : unmanaged
    {
        var list = new List<(int Transition, TState State)>();
        for (var record = records.Start; record < records.End; record += FixedShape<TState>.Bytes)
        {
            list.Add((Unsafe.ReadUnaligned<int>(record), Unsafe.ReadUnaligned<TState>(record + sizeof(uint))));
        }

        return list;
    }
}
