namespace EntryGen.Asm.Text;

/// <summary>Carries texts over an edit. Where they stand is found later, if at all; several edits then count as one.</summary>
/// <param name="edit">The edit.</param>
internal sealed class OriginMover(SourceVersions edit)
{
    // Until somebody asks where a text stands, the files are kept in which it was read.
    private const int MaxWaiting = 32;

    private readonly Dictionary<SourceVersions, SourceVersions> _sums = [];

    /// <summary>A text after the edit. All its characters must be in lines that stay.</summary>
    public TracedText Move(TracedText text)
    {
        if (text.Moved is not { } moved)
        {
            return Move(text, text.RunArray ?? [], edit);
        }

        var (runs, earlier) = moved.Waiting;
        return earlier is null ? Move(text, runs, edit)
            : earlier.Edits < MaxWaiting ? Move(text, runs, Sum(earlier))
            : Move(text, moved.Runs, edit);
    }

    private static TracedText Move(TracedText text, OriginRun[] runs, SourceVersions edits) => new(text.Text, new MovedOrigins(runs, edits, text.Length));

    private SourceVersions Sum(SourceVersions earlier)
    {
        if (!_sums.TryGetValue(earlier, out var sum))
        {
            _sums.Add(earlier, sum = earlier.Then(edit));
        }

        return sum;
    }
}
