namespace EntryGen.Exploration.Scenarios;

/// <summary>What there is to say of a scenario, as plain data: of one exploration, or of all parts of a split one together. It is what is printed, and can be stored.</summary>
public sealed record ScenarioSummary
{
    private const string Endless = "an entry does not end (ends): with more events there would be no end of states, and none were tried";

    /// <summary>The entry, from where, with which features.</summary>
    public required string Question { get; init; }

    /// <summary>What was explored and what was not: lines of a name and words.</summary>
    public required IReadOnlyList<string> Terms { get; init; }

    /// <summary>
    /// States that were looked at. Of parts it is the sum, in which a state that can be reached with one first event and with another is counted twice: that takes two events, since
    /// the first leaves a frame on a stack of its own.
    /// </summary>
    public required long States { get; init; }

    /// <summary>Transitions between them, summed likewise.</summary>
    public required long Transitions { get; init; }

    /// <summary>The distance from the start within which all states are known; of parts the longest.</summary>
    public required int Depth { get; init; }

    /// <summary>What cut it short, in words; null when nothing did.</summary>
    public required string? Bound { get; init; }

    /// <summary>Where runs ended before what was interrupted went on, in words: properties that none broke have no answer then.</summary>
    public required IReadOnlyList<string> Cuts { get; init; }

    /// <summary>The instructions that the entry can reach, by number: whether each of them ran.</summary>
    public required IReadOnlyList<bool> Ran { get; init; }

    /// <summary>What became of each property, in the order in which they were asked.</summary>
    public required IReadOnlyList<PropertySummary> Properties { get; init; }

    /// <summary>The verdict on all properties together.</summary>
    public Verdict Verdict => Properties.Any(property => property.Violation is not null) ? Verdict.Violated : IsComplete ? Verdict.HoldsWithinBounds : Verdict.BoundHit;

    /// <summary>The verdict on one of them.</summary>
    public Verdict VerdictOn(PropertySummary property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return property.Violation is not null ? Verdict.Violated : IsComplete ? Verdict.HoldsWithinBounds : Verdict.BoundHit;
    }

    private bool IsComplete => Bound is null && Cuts.Count == 0;

    /// <summary>What there is to say of a result.</summary>
    public static ScenarioSummary Of(ScenarioResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new ScenarioSummary
        {
            Question = ScenarioText.Question(result.Scenario),
            Terms = [.. ScenarioText.Terms(result.Scenario)],
            States = result.Exploration.States,
            Transitions = result.Exploration.Transitions,
            Depth = result.Exploration.Depth,
            Bound = VerdictText.BoundOf(result.Exploration)
                ?? (result.IsEndless ? Endless : null),
            Cuts = result.Cuts,
            Ran = result.Ran,
            Properties = [.. result.Properties.Select(property => new PropertySummary(
                property.Property.Id,
                property.Property.Words,
                property.Property.Source,
                property.Counterexample is { } counterexample ? ViolationSummary.Of(counterexample) : null))],
        };
    }

    /// <summary>All parts of a scenario together. What comes before the first event is counted once, though every part runs it.</summary>
    /// <param name="parts">What there is to say of each, in the order of <see cref="EntryScenario.Split"/>.</param>
    public static ScenarioSummary Merge(IReadOnlyList<ScenarioSummary> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var first = parts[0];

        // A part that was cut short may not have run all of it.
        var repeated = parts.All(part => part.Bound is null or Endless) ? parts.Count - 1 : 0;
        return first with
        {
            States = parts.Sum(part => part.States) - (repeated * first.States),
            Transitions = parts.Sum(part => part.Transitions) - (repeated * first.Transitions),
            Depth = parts.Max(part => part.Depth),
            Bound = parts.Select(part => part.Bound).FirstOrDefault(bound => bound is not null),
            Cuts = [.. parts.SelectMany(part => part.Cuts).Distinct().Order(StringComparer.Ordinal)],
            Ran = [.. Enumerable.Range(0, first.Ran.Count).Select(number => parts.Any(part => number < part.Ran.Count && part.Ran[number]))],
            Properties = [.. first.Properties.Select((property, number) => property with { Violation = ViolationSummary.Shortest(parts.Select(part => part.Properties[number].Violation)) })],
        };
    }
}

/// <summary>What became of one property.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Words">What it demands.</param>
/// <param name="Source">Where it comes from; may be empty.</param>
/// <param name="Violation">A shortest run that breaks it; null when none is known.</param>
public sealed record PropertySummary(string Id, string Words, string Source, ViolationSummary? Violation);

/// <summary>A run that breaks a property, as text.</summary>
/// <param name="Detail">What is wrong, in words; null when the property says it all.</param>
/// <param name="Choices">What was chosen.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Steps">How many steps it has.</param>
/// <param name="Run">The steps as they are printed.</param>
public sealed record ViolationSummary(string? Detail, string Choices, int Events, int Steps, string Run)
{
    /// <summary>A counterexample as text.</summary>
    public static ViolationSummary Of(Counterexample counterexample)
    {
        ArgumentNullException.ThrowIfNull(counterexample);
        var choices = counterexample.Choices.Text;
        return new ViolationSummary(
            counterexample.Detail,
            choices,
            choices.Split('.').Count(word => InjectedEvent.Known.Any(injected => injected.Name == word)),
            counterexample.Steps.Count,
            ScenarioText.RunOf(counterexample));
    }

    /// <summary>The one with the fewest events, then the fewest steps. Parts that were explored to their end all have the same one.</summary>
    public static ViolationSummary? Shortest(IEnumerable<ViolationSummary?> violations) => violations.OfType<ViolationSummary>()
        .OrderBy(violation => violation.Events).ThenBy(violation => violation.Steps).ThenBy(violation => violation.Choices, StringComparer.Ordinal).FirstOrDefault();
}
