using EntryGen.Asm.Diagnostics;
using EntryGen.Tool.Patches;

namespace EntryGen.Tool.Review;

/// <summary>What a patch does to a finding.</summary>
internal enum FindingChangeKind
{
    /// <summary>Only the patched code has it.</summary>
    Gained,

    /// <summary>Only the code before has it.</summary>
    Lost,

    /// <summary>Both have it, and it happens in other entries or with other features now.</summary>
    Changed,
}

/// <summary>A finding that a patch changes.</summary>
/// <param name="Kind">How.</param>
/// <param name="Finding">The finding: of the code before when it is lost, else of the code after.</param>
internal sealed record FindingChange(FindingChangeKind Kind, AsmDiagnostic Finding)
{
    /// <summary>Compares what rules found before a patch and after it. A finding is the same one when rule, message and place are, wherever its line has moved.</summary>
    /// <param name="before">Found before.</param>
    /// <param name="after">Found after.</param>
    /// <param name="tree">Knows where lines were.</param>
    /// <returns>What is gained, changed and lost, each in the order in which it was found.</returns>
    public static IReadOnlyList<FindingChange> Compare(IReadOnlyList<AsmDiagnostic> before, IReadOnlyList<AsmDiagnostic> after, PatchedTree tree)
    {
        var left = before.GroupBy(finding => Key(finding, line => line)).ToDictionary(group => group.Key, group => new Queue<AsmDiagnostic>(group));
        var changes = new List<FindingChange>();
        foreach (var finding in after)
        {
            var key = Key(finding, line => tree.LineBefore(finding.Span!.Value.Source.Path, line));
            if (!left.TryGetValue(key, out var same) || !same.TryDequeue(out var old))
            {
                changes.Add(new(FindingChangeKind.Gained, finding));
            }
            else if (When(old) != When(finding))
            {
                changes.Add(new(FindingChangeKind.Changed, finding));
            }
        }

        var lost = left.Values.SelectMany(findings => findings).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. changes.OrderBy(change => change.Kind), .. before.Where(lost.Contains).Select(finding => new FindingChange(FindingChangeKind.Lost, finding))];
    }

    private static (string, string, string, int?) Key(AsmDiagnostic finding, Func<int, int?> lineBefore) =>
        (finding.Id, finding.Message, finding.Span?.Source.Path ?? "", finding.Span is { } span ? lineBefore(span.Line) ?? -span.Line : null);

    private static string When(AsmDiagnostic finding) => finding.Detail is { } detail ? $"{string.Join(',', detail.Entries)} {detail.Features}" : "";
}
