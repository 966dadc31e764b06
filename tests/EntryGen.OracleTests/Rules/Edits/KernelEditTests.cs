using System.Text.RegularExpressions;
using EntryGen.Asm.Diagnostics;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Rules.Edits;

/// <summary>The rules on mistakes of our own in the kernel's entry code, and on other ways to write what is there.</summary>
public class KernelEditTests(ITestOutputHelper output)
{
    [KernelFact]
    public void Every_mistake_is_found_by_a_rule_of_its_kind()
    {
        var missed = Run(KernelEdits.All).Where(result => !result.Found.Any(finding => Regex.IsMatch(finding.Id, $"^({result.Edit.Rules})$"))).ToList();

        output.Report("mistakes of our own found by rules", "kernel", ("mistakes", KernelEdits.All.Count * KernelTrees.Versions.Count), ("missed", missed.Count));
        Assert.Empty(missed.Select(result => $"{result.Version} {result.Edit}: {string.Join(", ", result.Found.Select(finding => finding.Id).Distinct())}"));
    }

    [KernelFact]
    public void Nothing_is_found_in_another_way_to_write_the_same() =>
        Assert.Empty(Run(KernelEdits.Harmless).SelectMany(result => result.Found.Select(finding => $"{result.Version} {result.Edit}: {finding}")));

    private static IReadOnlyList<(string Version, KernelEdit Edit, IReadOnlyList<AsmDiagnostic> Found)> Run(IReadOnlyList<KernelEdit> edits) =>
    [
        .. KernelTrees.Versions.SelectMany(version => edits.Select(edit => (version, edit)))
            .AsParallel().AsOrdered().Select(item => (item.version, item.edit, Check(item.version, item.edit))),
    ];

    private static IReadOnlyList<AsmDiagnostic> Check(string version, KernelEdit edit) =>
        KernelRules.TryCheck(version, edit.Apply(version)) ?? throw new InvalidOperationException($"{version} does not assemble: {edit}");
}
