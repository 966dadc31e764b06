using System.Globalization;
using System.Text;
using EntryGen.Asm.Diagnostics;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>The recall of the rules on recreated bugs, and their silence on edits that change nothing.</summary>
public class CorpusTests(ITestOutputHelper output)
{
    // Percent of the bugs, over both trees.
    private const int Floor = 95;

    [CorpusFact]
    public void Recreated_bugs_are_found_and_harmless_edits_are_not()
    {
        var cases = CorpusSample.Edits.SelectMany(edit => edit.Versions.Select(version => (Edit: edit, Version: version))).ToList();
        var results = cases.AsParallel().AsOrdered().Select(item => (item.Edit, item.Version, Found: Check(item.Edit, item.Version))).ToList();

        var table = new StringBuilder("name\tversion\tclass\tfound by\tplace\tentries\tfeatures\n");
        var wrong = new List<string>();
        var (bugs, hits) = (0, 0);
        foreach (var (edit, version, found) in results)
        {
            if (!edit.IsBug)
            {
                table.Append(CultureInfo.InvariantCulture, $"{edit.Name}\t{version}\t{edit.Class}\t{found.Count} findings\n");
                wrong.AddRange(found.Select(finding => $"{edit.Name} {version} changes nothing: {finding}"));
                continue;
            }

            bugs++;
            var matches = found.Where(finding => CorpusJudge.IsIt(edit, finding)).ToList();
            var reason = CorpusMisses.ReasonFor(edit.Name);
            if (matches.Count > 0)
            {
                hits++;
                foreach (var match in matches.DistinctBy(finding => finding.Id))
                {
                    table.Append(CultureInfo.InvariantCulture, $"{edit.Name}\t{version}\t{edit.Class}\t{match.Id}\t{Place(match)}\t{Entries(match)}\t{match.Detail?.Features}\n");
                }
            }
            else
            {
                table.Append(CultureInfo.InvariantCulture, $"{edit.Name}\t{version}\t{edit.Class}\tnot found\t{reason}{Others(found)}\n");
                if (reason is null)
                {
                    wrong.Add($"{edit.Name} {version} is not found: {edit.Diagnosis}{Others(found)}");
                }
            }
        }

        output.WriteLine(table.ToString());
        output.Report("recreated bugs found by rules", "corpus", ("bugs", bugs), ("found", hits));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(hits * 100 >= bugs * Floor, $"{hits} of {bugs} recreated bugs are found");
    }

    [CorpusFact]
    public void Every_reason_for_a_miss_names_an_edit() =>
        Assert.All(CorpusMisses.Names, name => Assert.Contains(CorpusSample.Edits, edit => edit.Name == name && edit.IsBug));

    private static IReadOnlyList<AsmDiagnostic> Check(CorpusEdit edit, string version) =>
        KernelRules.TryCheck(version, CorpusSample.Apply(edit, version), [.. edit.Configuration])
        ?? throw new InvalidOperationException($"{edit.Name} does not assemble");

    private static string Place(AsmDiagnostic found) => found.Span is { } span ? $"{Path.GetFileName(span.Source.Path)}:{span.Line}" : "";

    private static string Entries(AsmDiagnostic found) => found.Detail?.Entries switch
    {
        null or [] => "",
        [var only] => only,
        var entries => $"{entries[0]} and {entries.Count - 1} more",
    };

    private static string Others(IReadOnlyList<AsmDiagnostic> found) =>
        found.Count == 0 ? "" : $" (but: {string.Join(", ", found.Select(finding => $"{finding.Id} {Place(finding)} {Entries(finding)} {finding.Detail?.Features}").Distinct().Take(3))})";
}
