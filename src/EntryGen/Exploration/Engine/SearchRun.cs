namespace EntryGen.Exploration.Engine;

/// <summary>From a search to a result: runs it, turns violations into executions, and replays each before it is shown.</summary>
internal static unsafe class SearchRun<TShape>
    where TShape : struct, IRecordShape
{
    /// <summary>Explores a model.</summary>
    public static ExplorationResult Run<TState>(
        Func<StateSpace> newSpace, IReadOnlyList<Property<TState>> properties, SearchOptions options, CancellationToken cancellation) => options.HashCompaction
        ? Run<TState, FingerprintKey<TShape>>(newSpace, properties, options, cancellation)
        : Run<TState, ExactKey<TShape>>(newSpace, properties, options, cancellation);

    /// <summary>Walks a model by given choices; null when there is no such way.</summary>
    public static Execution? Replay(StateSpace space, IReadOnlyList<int> choices)
    {
        using (space)
        {
            using var builder = new ExecutionBuilder<TShape>(space);
            return choices.Count > 0 && choices.All(builder.Take) ? builder.Execution : null;
        }
    }

    private static ExplorationResult Run<TState, TKey>(
        Func<StateSpace> newSpace, IReadOnlyList<Property<TState>> properties, SearchOptions options, CancellationToken cancellation)
        where TKey : struct, IStoredKey
    {
        var sets = PropertySets.Of([.. properties.Select(property => property.Kind)]);
        using var search = new Search<TShape, TKey>(newSpace, sets, options);
        search.Run(cancellation);

        var counterexamples = search.Violations.ToDictionary(
            violation => violation.Property, violation => Counterexample(search, violation, newSpace, sets, properties[violation.Property].Id));
        var undecided = search.Bound == Bound.None ? Verdict.HoldsWithinBounds : Verdict.BoundHit;
        using var space = newSpace();
        return new ExplorationResult
        {
            Properties = [.. properties.Select((property, i) => new PropertyResult(
                property.Id, property.Words, property.Source, counterexamples.ContainsKey(i) ? Verdict.Violated : undecided, counterexamples.GetValueOrDefault(i)))],
            Bound = search.Bound,
            BoundValue = search.Bound switch
            {
                Bound.Depth => options.MaxDepth,
                Bound.States => Math.Min(options.MaxStates, (long)StateId.Shards * StateId.Locals),
                Bound.Memory => options.MaxBytes,
                Bound.Time => options.MaxTime.TotalSeconds,
                _ => 0,
            },
            States = search.States,
            Transitions = search.Total.Transitions,
            Depth = search.Depth,
            Levels = search.Levels,
            Terminals = search.Total.Terminals,
            TerminalStates = search.Total.TerminalStates,
            TransitionCounts = search.Total.TransitionCounts,
            Reduced = space.IsReduced,
            HashCompaction = options.HashCompaction,
            StoreBytes = search.StoreBytes,
            StoredStates = search.StoredStates,
            Elapsed = search.Elapsed,
            Threads = options.Threads,
        };
    }

    // The stored states say which way; the model says what it looks like. With mirror images the way found is one of the unreduced model.
    private static Execution Counterexample<TKey>(Search<TShape, TKey> search, Violation violation, Func<StateSpace> newSpace, PropertySets properties, string id)
        where TKey : struct, IStoredKey
    {
        using var space = newSpace();
        using var builder = new ExecutionBuilder<TShape>(space);
        foreach (var state in search.PathTo(violation.State))
        {
            if (!builder.TakeImage(record => search.Is(state, record)))
            {
                throw Unreplayable(id, space);
            }
        }

        return builder.EndsBreaking(1UL << violation.Property, properties) ? builder.Execution : throw Unreplayable(id, space);
    }

    private static InvalidOperationException Unreplayable(string id, StateSpace space) => new(
        $"A counterexample to {id} was found but cannot be replayed: the model does not give the same successors each time" +
        (space.IsReduced ? ", or its symmetry is not one." : "."));
}
