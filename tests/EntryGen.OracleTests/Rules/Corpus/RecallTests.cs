using System.Diagnostics;
using System.Globalization;
using System.Text;
using EntryGen.Asm.Diagnostics;
using EntryGen.Kernel;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>
/// What finds recreated bugs: lint, exploring, or both; and that both are silent about harmless edits and the trees as they are. With <c>ENTRYGEN_RECALL=full</c> all
/// of the sample, otherwise one bug of each class.
/// </summary>
public class RecallTests(ITestOutputHelper output)
{
    // Percent of the bugs, over both trees.
    private const int Floor = 95;

    private static readonly bool _isFull = Environment.GetEnvironmentVariable("ENTRYGEN_RECALL") == "full";

    [CorpusFact]
    public void Bugs_are_found_by_lint_or_by_exploring()
    {
        var rows = Cases(bugs: true).AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(item => Judge(item.Edit, item.Version)).ToList();

        var table = new StringBuilder("| bug | tree | lint | exploring | seconds |\n|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {row.Edit.Name} | {row.Version} | {row.Lint ?? "no"} | {row.Explored ?? $"no: {ExplorationMisses.ReasonFor(row.Edit)}"} | {row.Seconds:0.0} |\n");
        }

        output.WriteLine(table.ToString());
        var found = rows.Count(row => row.Lint is not null || row.Explored is not null);
        output.Report("recreated bugs found by lint or exploring", "corpus", ("bugs", rows.Count), ("found", found), ("by lint", rows.Count(row => row.Lint is not null)), ("by exploring", rows.Count(row => row.Explored is not null)));
        Assert.True(found * 100 >= rows.Count * Floor, $"{found} of {rows.Count} recreated bugs are found");
        Assert.Empty(rows.Where(row => row.Explored is null && ExplorationMisses.ReasonFor(row.Edit) is null).Select(row => $"{row.Edit.Name} {row.Version} is not found by exploring"));
        Assert.Empty(rows.Where(row => row.Explored is not null && ExplorationMisses.ReasonFor(row.Edit) is not null).Select(row => $"{row.Edit.Name} {row.Version} is found by exploring: it needs no reason"));
    }

    [CorpusFact]
    public void What_exploring_asks_about_bugs_holds_on_the_trees_as_they_are()
    {
        var cases = Cases(bugs: true).DistinctBy(item => (item.Version, item.Edit.EntryPoints, item.Edit.FeatureState, string.Join(' ', item.Edit.Configuration)));
        var breaks = cases.AsParallel().AsOrdered().WithDegreeOfParallelism(4)
            .SelectMany(item => new ExploredEdit(item.Version, item.Edit.Configuration).Explore(item.Edit, changed: null).Select(found => $"{item.Version}: {found}")).ToList();
        Assert.True(breaks.Count == 0, string.Join('\n', breaks.Distinct()));
    }

    [CorpusFact]
    public void Harmless_edits_break_nothing()
    {
        var usual = KernelOptions.DefaultFeatures;
        FeatureSet[] features = _isFull ? [usual, usual.Without("PCID"), usual.Without("PTI"), usual.Without("FSGSBASE"), new FeatureSet([.. usual, "KERNEL_IBRS"])] : [usual];
        var breaks = Cases(bugs: false).AsParallel().AsOrdered().WithDegreeOfParallelism(4)
            .SelectMany(item => new ExploredEdit(item.Version, item.Edit.Configuration).Explore(item.Edit, CorpusSample.Apply(item.Edit, item.Version), features).Select(found => $"{item.Edit.Name} {item.Version}: {found}")).ToList();
        Assert.True(breaks.Count == 0, string.Join('\n', breaks));
    }

    private static IEnumerable<(CorpusEdit Edit, string Version)> Cases(bool bugs)
    {
        var edits = CorpusSample.Edits.Where(edit => edit.IsBug == bugs).ToList();
        return (_isFull ? edits : edits.DistinctBy(edit => edit.Class)).SelectMany(edit => _isFull ? edit.Versions : edit.Versions.TakeLast(1), (edit, version) => (edit, version));
    }

    private static Row Judge(CorpusEdit edit, string version)
    {
        var changed = CorpusSample.Apply(edit, version);
        var lint = KernelRules.TryCheck(version, changed, [.. edit.Configuration])!.FirstOrDefault(found => CorpusJudge.IsIt(edit, found));
        var clock = Stopwatch.StartNew();
        var explored = new ExploredEdit(version, edit.Configuration).Explore(edit, changed, stopsAtFirst: true);
        return new Row(edit, version, lint is null ? null : $"{lint.Id} {Place(lint)}", explored.Count == 0 ? null : explored[0].ToString(), clock.Elapsed.TotalSeconds);
    }

    private static string Place(AsmDiagnostic found) => found.Span is { } span ? $"{Path.GetFileName(span.Source.Path)}:{span.Line}" : "";

    private sealed record Row(CorpusEdit Edit, string Version, string? Lint, string? Explored, double Seconds);
}
