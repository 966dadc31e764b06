namespace EntryGen.Exploration.Tasks;

/// <summary>What is asked of entry code while tasks sleep and move: a predicate that is looked at on certain moments.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Words">What it demands, in words.</param>
/// <param name="At">When it is looked at.</param>
/// <param name="Holds">Whether it holds then.</param>
public sealed record TaskProperty(string Id, string Words, TaskMoments At, Predicate<TaskState> Holds)
{
    /// <summary>What is wrong, in words, in a state that breaks it; null when there is no more to say.</summary>
    public Func<TaskState, string?>? Explain { get; init; }
}
