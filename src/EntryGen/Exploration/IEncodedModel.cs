namespace EntryGen.Exploration;

/// <summary>A transition system whose states are byte strings of any length, such as a machine with the memory lines it wrote.</summary>
/// <remarks>
/// The encoding is canonical: equal states have equal bytes. A search decodes a state once, looks at its properties and asks for its successors; what
/// <see cref="Decode"/> returned is then at the model's disposal, and the next call may use the same object again.
/// </remarks>
/// <typeparam name="TView">What a state is decoded into: what properties look at.</typeparam>
public interface IEncodedModel<TView>
{
    /// <summary>A model that behaves the same and shares nothing that changes: every worker has its own.</summary>
    IEncodedModel<TView> ForWorker();

    /// <summary>Adds the states in which the system may start.</summary>
    /// <param name="states">Where to put them.</param>
    void InitialStates(EncodedSink states);

    /// <summary>Reads a state.</summary>
    /// <param name="state">Its encoding; stays valid while its successors are asked for.</param>
    TView Decode(ReadOnlySpan<byte> state);

    /// <summary>Adds every state that can follow. A state without successors is terminal.</summary>
    /// <param name="state">What <see cref="Decode"/> returned last; it may be changed on the way.</param>
    /// <param name="successors">Where to put what follows; the order is part of the model.</param>
    void Successors(TView state, EncodedSink successors);

    /// <summary>The name of a transition, as a counterexample shows it.</summary>
    /// <param name="transition">The number given with a successor.</param>
    string NameOf(int transition);

    /// <summary>The state in words, as a counterexample shows it.</summary>
    /// <param name="state">The decoded state.</param>
    string Describe(TView state);
}
