using System.Runtime.InteropServices;

namespace EntryGen.Exploration;

/// <summary>One way through a model: an initial state and the transitions taken from it.</summary>
/// <param name="Start">The initial state.</param>
/// <param name="Steps">The transitions, in order.</param>
public sealed record Execution(ExecutionStep Start, IReadOnlyList<ExecutionStep> Steps)
{
    /// <summary>What it takes to replay it: which initial state, then which successor of each state, counted from 0 in the model's order.</summary>
    public IReadOnlyList<int> Choices => [Start.Choice, .. Steps.Select(step => step.Choice)];

    /// <summary>The state it ends in.</summary>
    public ExecutionStep Last => Steps.Count == 0 ? Start : Steps[^1];
}

/// <summary>A transition and the state it led to.</summary>
/// <param name="Choice">Which of the successors it was, counted from 0.</param>
/// <param name="Transition">The number that the model gave the transition.</param>
/// <param name="Name">The name of the transition.</param>
/// <param name="Description">The state in words.</param>
/// <param name="State">The state as it is stored.</param>
public sealed record ExecutionStep(int Choice, int Transition, string Name, string Description, EncodedState State);

/// <summary>The bytes of a state.</summary>
/// <param name="Bytes">The value of an unmanaged state, or the encoding.</param>
public readonly record struct EncodedState(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The state as a value.</summary>
    /// <typeparam name="TState">The type of the model's states.</typeparam>
    public TState As<TState>()
        where TState : unmanaged => MemoryMarshal.Read<TState>(Bytes.Span);
}
