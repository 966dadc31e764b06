namespace EntryGen.Exploration;

/// <summary>A transition system whose states are values of one unmanaged type: where it starts and what can happen next.</summary>
/// <remarks>
/// A model is a function: the same state gives the same successors in the same order, whoever asks and on whatever thread. All workers of a
/// search share one instance; a model that needs memory of its own implements <see cref="IEncodedModel{TView}"/>.
/// </remarks>
/// <typeparam name="TState">The state: no references and no padding, because two states are the same when their bytes are.</typeparam>
public interface IModel<TState>
    where TState : unmanaged
{
    /// <summary>Adds the states in which the system may start. The transition number that comes with one names how it was chosen.</summary>
    /// <param name="states">Where to put them.</param>
    void InitialStates(StateSink<TState> states);

    /// <summary>Adds every state that can follow. A state without successors is terminal.</summary>
    /// <param name="state">The state to leave.</param>
    /// <param name="successors">Where to put what follows; the order is part of the model, since it decides which of two equally short counterexamples is shown.</param>
    void Successors(in TState state, StateSink<TState> successors);

    /// <summary>The name of a transition, as a counterexample shows it.</summary>
    /// <param name="transition">The number given with a successor.</param>
    string NameOf(int transition);

    /// <summary>The state in words, as a counterexample shows it.</summary>
    /// <param name="state">The state.</param>
    string Describe(in TState state);
}

/// <summary>A model some of whose states are mirror images of one another, so that one of each kind is enough.</summary>
/// <remarks>
/// It is sound when every permutation it undoes maps initial states to initial states, transitions to transitions, and leaves the truth of every property as it is.
/// A search uses it unless <see cref="Explorer{TState}.WithoutReductions"/> is asked for; a counterexample is always one of the unreduced model.
/// </remarks>
/// <typeparam name="TState">The state.</typeparam>
public interface ISymmetricModel<TState> : IModel<TState>
    where TState : unmanaged
{
    /// <summary>Replaces a state by the one that stands for all its mirror images.</summary>
    /// <param name="state">The state.</param>
    void Canonicalize(ref TState state);
}
