using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Rules;

/// <summary>The state rules on the kernel: silent on it as it is, loud where something is taken out of it.</summary>
public class StateRuleTests(ITestOutputHelper output)
{
    private static readonly string[] _units = ["entry_64", "entry_64_compat", "entry"];

    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Nothing_is_found_in_a_tree_as_it_is(string version) => Assert.Empty(Check(version, "", "", "").Select(found => found.ToString()));

    [KernelConfigurationTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Nothing_is_found_in_any_configuration(string version)
    {
        var analyzed = 0;
        var findings = new List<string>();
        foreach (var header in KernelConfigurations.Headers)
        {
            // The kernel itself refuses some combinations; those have errors here too.
            if (TryCheck(version, new FileResolver(KernelTrees.Tree(version)), header) is { } found)
            {
                analyzed++;
                findings.AddRange(found.Select(finding => $"{Path.GetFileName(header)}: {finding}"));
            }
        }

        Assert.Empty(findings);
        Assert.True(analyzed >= 9, $"{analyzed} configurations");
        output.Report("state rules on unmodified trees", version, ("configurations", analyzed), ("findings", findings.Count));
    }

    // Each edit takes one thing out at the only place in a file where a pattern of its own stands, or at the one given.
    [KernelTheory]
    [InlineData("entry_64_compat.S", "cld", "", "EG2009")]
    [InlineData("calling.h", "(PTI_USER_PGTABLE_MASK)", "(0)", "EG2004")]
    [InlineData("calling.h", "(PTI_USER_PCID_MASK)", "(0)", "EG2012")]
    [InlineData("calling.h", "popq %rbx", "addq $8, %rsp", "EG2010")]
    [InlineData("calling.h", "pushq\t%rbx", "pushq\t%rbp", "EG2011")]
    public void What_is_taken_out_is_missed(string file, string pattern, string replacement, string id)
    {
        foreach (var version in KernelTrees.Versions)
        {
            Assert.Contains(id, Check(version, file, pattern, replacement).Select(found => found.Id));
        }
    }

    private static IReadOnlyList<AsmDiagnostic> Check(string version, string file, string pattern, string replacement) =>
        TryCheck(version, new Edited(KernelTrees.Tree(version), file, pattern, replacement))!;

    private static IReadOnlyList<AsmDiagnostic>? TryCheck(string version, ISourceResolver files, params string[] configuration)
    {
        var listings = _units.Select(unit => AsmReader.Read(
            files.TryRead($"arch/x86/entry/{unit}.S")!, new ReaderOptions { Preprocessor = KernelTrees.Options(version, configuration) }, files)).ToList();
        var units = _units.Zip(listings, (unit, listing) => new ProgramUnit(unit, listing, listing.PreprocessorMacros!));
        var result = ProgramBuilder.Build([.. units], new ProgramOptions());
        return listings.SelectMany(listing => listing.Diagnostics).Concat(result.Diagnostics).Any(found => found.Descriptor.Severity == AsmSeverity.Error || found.Descriptor == ProgramDiagnostics.UnknownMnemonic)
            ? null
            : [.. RuleSet.Check(new RuleInput(result.Program, listings)).Where(found => found.Descriptor is { Severity: not AsmSeverity.Info, IsOptInForFiles: false })];
    }

    private sealed class Edited(string directory, string name, string pattern, string replacement) : ISourceResolver
    {
        private readonly FileResolver _files = new(directory);

        public SourceText? TryRead(string path)
        {
            var source = _files.TryRead(path);
            if (source is null || name.Length == 0 || !path.EndsWith("/" + name, StringComparison.Ordinal))
            {
                return source;
            }

            var at = source.Text.IndexOf(pattern, StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{pattern}' is not in {path}");
            return new SourceText(path, source.Text[..at] + replacement + source.Text[(at + pattern.Length)..]);
        }
    }
}
