using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>Carries texts over an edit. Where they stand is found later, if at all; several edits then count as one.</summary>
/// <param name="edit">The edit.</param>
internal sealed class OriginMover(SourceVersions edit)
{
    // Until somebody asks where a text stands, the files are kept in which it was read.
    private const int MaxWaiting = 32;

    private readonly Dictionary<SourceVersions, SourceVersions> _sums = [];

    /// <summary>A text after the edit. All its characters must be in lines that stay.</summary>
    /// <param name="text">The text.</param>
    /// <param name="renumbered">The same with other numbers of <c>\@</c>; null when it keeps those it has.</param>
    public TracedText Move(TracedText text, RenumberedText? renumbered)
    {
        if (text.Moved is not { } moved)
        {
            return Make(text.RunArray ?? [], edit);
        }

        var (runs, earlier) = moved.Waiting;
        return earlier is null ? Make(runs, edit)
            : earlier.Edits < MaxWaiting ? Make(runs, Sum(earlier))
            : Make(moved.Runs, edit);

        TracedText Make(OriginRun[] origins, SourceVersions edits) => renumbered is null
            ? new TracedText(text.Text, new MovedOrigins(origins, edits, text.Length))
            : new TracedText(renumbered.Text, new MovedOrigins(renumbered.Move(origins), edits, renumbered.Text.Length));
    }

    private SourceVersions Sum(SourceVersions earlier)
    {
        if (!_sums.TryGetValue(earlier, out var sum))
        {
            _sums.Add(earlier, sum = earlier.Then(edit));
        }

        return sum;
    }
}
