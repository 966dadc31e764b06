namespace EntryGen.Exploration;

/// <summary>What an exploration found. All but <see cref="Elapsed"/> and <see cref="Threads"/> is the same on any number of threads, unless time or the caller cut it short.</summary>
public sealed class ExplorationResult
{
    internal ExplorationResult()
    {
    }

    /// <summary>What became of each property, in the order in which they were added.</summary>
    public required IReadOnlyList<PropertyResult> Properties { get; init; }

    /// <summary>The bound that cut the exploration short.</summary>
    public required Bound Bound { get; init; }

    /// <summary>The value of that bound: transitions, states, bytes or seconds; zero for none.</summary>
    public required double BoundValue { get; init; }

    /// <summary>The states within <see cref="Depth"/> transitions.</summary>
    public required long States { get; init; }

    /// <summary>The transitions out of states, mirror images counted once; of the last level only if all of it was expanded.</summary>
    public required long Transitions { get; init; }

    /// <summary>The distance from the initial states within which all states are known.</summary>
    public required int Depth { get; init; }

    /// <summary>The number of states at each distance from the initial ones.</summary>
    public required IReadOnlyList<long> Levels { get; init; }

    /// <summary>The number of states without successors.</summary>
    public required long Terminals { get; init; }

    /// <summary>The states without successors, if they were to be collected, in an order of the engine's own.</summary>
    public required IReadOnlyList<EncodedState> TerminalStates { get; init; }

    /// <summary>How often each transition was taken, if they were to be counted.</summary>
    public required IReadOnlyDictionary<int, long> TransitionCounts { get; init; }

    /// <summary>Whether mirror images were taken for one state.</summary>
    public required bool Reduced { get; init; }

    /// <summary>Whether states were recognised by a 64-bit fingerprint only, so that some may have been missed.</summary>
    public required bool HashCompaction { get; init; }

    /// <summary>The bytes of the store: states, links and index.</summary>
    public required long StoreBytes { get; init; }

    /// <summary>The states in the store, also those further away than <see cref="Depth"/>.</summary>
    public required long StoredStates { get; init; }

    /// <summary>The time it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The threads it ran on.</summary>
    public required int Threads { get; init; }

    /// <summary>The verdict on all properties together: violated if one is.</summary>
    public Verdict Verdict =>
        Properties.Any(property => property.Verdict == Verdict.Violated) ? Verdict.Violated : Bound == Bound.None ? Verdict.HoldsWithinBounds : Verdict.BoundHit;

    /// <summary>The bytes of the store for one state.</summary>
    public double BytesPerState => StoredStates == 0 ? 0 : (double)StoreBytes / StoredStates;

    /// <summary>The probability that hash compaction missed a state, at most: n(n-1)/2 pairs among 2^64 fingerprints.</summary>
    public double MissProbability => HashCompaction ? Math.Min(1, StoredStates / Math.Pow(2, 65) * Math.Max(0, StoredStates - 1)) : 0;

    /// <summary>The verdict and what it rests on, in words; no times, so that the same exploration gives the same text.</summary>
    public override string ToString() => VerdictText.Of(this);
}

/// <summary>What became of one property.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Words">What it demands.</param>
/// <param name="Source">Where it comes from; may be empty.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Counterexample">A shortest execution that breaks it; null unless violated.</param>
public sealed record PropertyResult(string Id, string Words, string Source, Verdict Verdict, Execution? Counterexample);
