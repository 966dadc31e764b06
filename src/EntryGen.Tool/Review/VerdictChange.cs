using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;

namespace EntryGen.Tool.Review;

/// <summary>A property that a patch breaks or repairs.</summary>
/// <param name="Scenario">From where, and in which kernel.</param>
/// <param name="Entry">The entry; others that change alike are not explored.</param>
/// <param name="Property">The property.</param>
/// <param name="Before">The verdict before.</param>
/// <param name="After">The verdict after.</param>
/// <param name="Counterexample">A shortest run that breaks it: of the patched code, or of the code before when it is repaired.</param>
internal sealed record VerdictChange(PathScenario Scenario, string Entry, EntryProperty Property, Verdict Before, Verdict After, Counterexample? Counterexample)
{
    /// <summary>Whether it held before.</summary>
    public bool IsBroken => After == Verdict.Violated && Before != Verdict.Violated;
}

/// <summary>What exploring says of the paths that a patch changes.</summary>
/// <param name="Changes">The verdicts that are others than before.</param>
/// <param name="Explored">How many pairs of an entry and a state were explored, before and after.</param>
/// <param name="Left">How many more were not, since there are so many.</param>
internal sealed record VerdictComparison(IReadOnlyList<VerdictChange> Changes, int Explored, int Left)
{
    /// <summary>Entries that change alike are explored once, and no more than these.</summary>
    private const int MostExplored = 16;

    /// <summary>The events that may happen at every instruction, one in a run.</summary>
    private static readonly InjectedEvents[] _events = [InjectedEvents.Nmi, InjectedEvents.MachineCheck, InjectedEvents.Debug];

    /// <summary>Explores what costs something else than before, in both versions.</summary>
    public static VerdictComparison Compare(EntryUnit before, EntryUnit after, IReadOnlyList<CostChange> costs)
    {
        var changed = costs.Where(change => change is { Before: not null, After: not null })
            .DistinctBy(change => (change.Scenario, change.Entries[0])).ToList();
        var changes = new List<VerdictChange>();
        foreach (var change in changed.Take(MostExplored))
        {
            var entry = change.Entries[0];
            var (old, now) = (Explore(before, entry, change.Scenario), Explore(after, entry, change.Scenario));
            changes.AddRange(old.Zip(now).Where(pair => pair.First.Verdict != pair.Second.Verdict).Select(pair => new VerdictChange(
                change.Scenario, entry, pair.First.Property, pair.First.Verdict, pair.Second.Verdict, pair.Second.Counterexample ?? pair.First.Counterexample)));
        }

        return new VerdictComparison(changes, Math.Min(changed.Count, MostExplored), Math.Max(0, changed.Count - MostExplored));
    }

    private static IReadOnlyList<EntryPropertyResult> Explore(EntryUnit unit, string entry, PathScenario scenario) =>
        EntryScenario.Of(unit, entry).From(scenario.Start).In(scenario.Options).Inject(EventsOf(unit)).Explore().Properties;

    // A tree under test may have no entry for one of them.
    private static InjectedEvents EventsOf(EntryUnit unit) =>
        _events.Where(one => ScenarioEntries.Of(one).All(unit.Entries.ContainsKey)).Aggregate(InjectedEvents.None, (all, one) => all | one);
}
