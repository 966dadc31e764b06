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
    /// <summary>Whether it can change only with a write of CR3 or a step of a C function: other instructions need not be looked at one by one.</summary>
    internal bool OverlooksPlainSteps { get; init; }

    /// <summary>What is wrong, in words, in a state that breaks it; null when there is no more to say.</summary>
    public Func<EntryState, string?>? Explain { get; init; }

    /// <summary>A property that holds where all of some hold, each looked at at its own moments.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="words">What they demand together.</param>
    /// <param name="parts">The properties.</param>
    public static EntryProperty AllOf(string id, string words, params IReadOnlyList<EntryProperty> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        EntryProperty? BrokenIn(EntryState state) => parts.FirstOrDefault(part => (part.At & state.Moment) != 0 && !part.Holds(state));
        return new(id, words, parts.Aggregate(Moments.None, (all, part) => all | part.At), state => BrokenIn(state) is null)
        {
            Explain = state => BrokenIn(state) is { } broken
                ? $"{broken.Words} ({broken.Id}){(broken.Explain?.Invoke(state) is { } detail ? ": " + detail : "")}"
                : null,
        };
    }
}
