namespace EntryGen.Exploration.Engine;

/// <summary>
/// A model whose encodings refer to something that its workers share, so that a state's bytes may be others in another run. Each begins with a hash of the state, eight bytes, that is
/// always the same: what is put in order is put in order by that.
/// </summary>
internal interface IHashedModel<TView> : IEncodedModel<TView>
{
    /// <summary>The bytes of what encodings refer to. It follows from the states that were encoded.</summary>
    long SharedBytes { get; }

    /// <summary>Whether the model knows that no invariant is broken in a state, so that they need not be asked.</summary>
    bool KeepsInvariants(TView state);
}
