namespace EntryGen.Exploration.Engine;

/// <summary>How a search is to be done.</summary>
internal sealed record SearchOptions
{
    public int MaxDepth { get; init; } = int.MaxValue;

    public long MaxStates { get; init; } = long.MaxValue;

    public long MaxBytes { get; init; } = long.MaxValue;

    public TimeSpan MaxTime { get; init; } = TimeSpan.MaxValue;

    /// <summary>What is gone of <see cref="MaxTime"/> when the search begins.</summary>
    public TimeSpan SpentTime { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    public bool Reduced { get; init; } = true;

    public bool HashCompaction { get; init; }

    public bool StopAtFirst { get; init; }

    public bool CollectTerminals { get; init; }

    public bool CountTransitions { get; init; }

    public IProgress<ExplorationProgress>? Progress { get; init; }
}

/// <summary>The properties of a search as sets of their numbers.</summary>
/// <param name="Invariants">Those of states.</param>
/// <param name="Steps">Those of steps.</param>
/// <param name="Ends">Those of terminal states.</param>
internal readonly record struct PropertySets(ulong Invariants, ulong Steps, ulong Ends)
{
    /// <summary>The most properties that one search can decide.</summary>
    public const int Most = 64;

    /// <summary>All of them.</summary>
    public ulong All => Invariants | Steps | Ends;

    /// <summary>The sets of a list of kinds.</summary>
    public static PropertySets Of(IReadOnlyList<PropertyKind> kinds)
    {
        return new PropertySets(SetOf(PropertyKind.Invariant), SetOf(PropertyKind.Step), SetOf(PropertyKind.AtEnd));

        ulong SetOf(PropertyKind kind)
        {
            var set = 0UL;
            for (var i = 0; i < kinds.Count; i++)
            {
                set |= kinds[i] == kind ? 1UL << i : 0;
            }

            return set;
        }
    }
}
