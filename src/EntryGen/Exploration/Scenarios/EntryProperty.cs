namespace EntryGen.Exploration.Scenarios;

/// <summary>Whether entry code is as it should be at a moment.</summary>
/// <param name="state">The machine, and what was interrupted.</param>
public delegate bool EntryPredicate(EntryState state);

/// <summary>What is asked of entry code: a predicate that is looked at on certain moments; with a name, in words, and where it comes from.</summary>
/// <param name="Id">Its name, such as <c>P1.4</c>.</param>
/// <param name="Words">What it demands, in words.</param>
/// <param name="At">When it is looked at.</param>
/// <param name="Holds">Whether it holds then.</param>
/// <param name="Source">Where it comes from; may be empty.</param>
/// <example>
/// <code>
/// var property = new EntryProperty("rbx-kept", "exc_nmi is called with RBX = 0", Moments.Call, state => state[Reg.Rbx] == 0);
/// </code>
/// </example>
public sealed record EntryProperty(string Id, string Words, Moments At, EntryPredicate Holds, string Source = "")
{
    /// <summary>What is wrong, in words, in a state that breaks it; null when there is no more to say.</summary>
    public Func<EntryState, string?>? Explain { get; init; }
}
