using EntryGen.Kernel;

namespace EntryGen.Tool.Review;

/// <summary>A path that a patch makes cheaper, dearer, or end differently.</summary>
/// <param name="Scenario">The state in which the event happens.</param>
/// <param name="Before">The counts before; null when the entry is new.</param>
/// <param name="After">The counts after; null when the entry is gone.</param>
/// <param name="Entries">The entries of which this is true, in the order of <see cref="KnownEntries.All"/>.</param>
internal sealed record CostChange(PathScenario Scenario, PathOutcome? Before, PathOutcome? After, IReadOnlyList<string> Entries)
{
    /// <summary>Whether a path that came back before does not any more, or comes back with a register changed that it kept before.</summary>
    public bool IsBroken => Before is { Returned: true } && After is not null && (!After.Returned || After.Changed.Except(Before.Changed).Any());

    /// <summary>Compares the counts before a patch with those after it; entries that change alike are one line.</summary>
    public static IReadOnlyList<CostChange> Compare(
        IReadOnlyDictionary<(EntryPoint Entry, PathScenario Scenario), PathOutcome> before,
        IReadOnlyDictionary<(EntryPoint Entry, PathScenario Scenario), PathOutcome> after) =>
    [
        .. from path in before.Keys.Union(after.Keys)
           let change = (path.Scenario, Before: before.GetValueOrDefault(path), After: after.GetValueOrDefault(path))
           where change.Before != change.After
           group path.Entry.Symbol by change into alike
           select new CostChange(alike.Key.Scenario, alike.Key.Before, alike.Key.After, [.. alike]),
    ];
}
