using EntryGen.Tracing;

namespace EntryGen.Tool.Review;

/// <summary>What came of running one path.</summary>
/// <param name="Counts">What it cost.</param>
/// <param name="Returned">Whether control came back to what was interrupted, or to user mode.</param>
/// <param name="ChangedRegisters">The registers that are not what they were, by name, separated by blanks.</param>
internal sealed record PathOutcome(TraceSummary Counts, bool Returned, string ChangedRegisters)
{
    /// <summary>The registers that are not what they were.</summary>
    public IEnumerable<string> Changed => ChangedRegisters.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The outcome of a run.</summary>
    public static PathOutcome Of(Trace trace) =>
        new(trace.Summary, trace.Returned, string.Join(' ', trace.Differences.Select(difference => difference.Register.ToString().ToUpperInvariant())));

    /// <summary>How it ended, in words.</summary>
    public string End => Returned && ChangedRegisters.Length > 0 ? $"{Counts.Stop}, changed: {ChangedRegisters}" : Counts.Stop;

    /// <summary>Whether it ended as another one did.</summary>
    public bool EndsAs(PathOutcome? other) => other is not null && End == other.End;
}
