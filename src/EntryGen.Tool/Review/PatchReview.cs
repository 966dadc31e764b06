using EntryGen.Asm.Text;
using EntryGen.Tool.Input;
using EntryGen.Tool.Patches;

namespace EntryGen.Tool.Review;

/// <summary>What a patch changes.</summary>
/// <param name="Patch">The patch.</param>
/// <param name="Tree">The tree with it.</param>
/// <param name="Unread">Files that it changes and that no unit reads: nothing is said of them.</param>
/// <param name="IncludedAt">Where files were included, before and after, to show findings.</param>
/// <param name="Findings">Findings gained, changed and lost.</param>
/// <param name="Costs">Paths that cost something else.</param>
/// <param name="Paths">All paths that were run.</param>
/// <param name="Verdicts">What exploring the changed paths says.</param>
internal sealed record PatchReview(
    Patch Patch,
    PatchedTree Tree,
    IReadOnlyList<string> Unread,
    IReadOnlyDictionary<SourceText, SourceSpan> IncludedAt,
    IReadOnlyList<FindingChange> Findings,
    IReadOnlyList<CostChange> Costs,
    int Paths,
    VerdictComparison Verdicts)
{
    /// <summary>Whether something is worse than before.</summary>
    public bool IsWorse => Findings.Any(change => change.Kind != FindingChangeKind.Lost) || Costs.Any(change => change.IsBroken)
        || Verdicts.Changes.Any(change => change.IsBroken);

    /// <summary>The files of a patch that none of some units reads.</summary>
    public static IReadOnlyList<string> FilesOutside(Patch patch, PatchedTree tree, IEnumerable<ReadUnit> units)
    {
        var read = new HashSet<string>(
            units.SelectMany(unit => unit.Listing.IncludedAt.Keys.Append(unit.Source)).Select(file => tree.FullPath(file.Path)).OfType<string>(),
            StringComparer.Ordinal);
        return [.. patch.Files.Select(file => file.Path).Where(path => !read.Contains(tree.FullPath(path) ?? "")).Distinct(StringComparer.Ordinal)];
    }
}
