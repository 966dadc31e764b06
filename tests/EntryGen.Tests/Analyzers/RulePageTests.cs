using System.Text.RegularExpressions;
using EntryGen.Asm.Diagnostics;
using EntryGen.Testing;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tests.Analyzers;

/// <summary>A rule is a unit: a descriptor, a page whose example and fix are true, a line in the release file. None is there without the others.</summary>
public sealed partial class RulePageTests
{
    private static readonly string[] _languages = ["asm", "csharp"];

    // What their pages show needs the command line or more text than a page holds.
    private static readonly string[] _withoutExample = ["EG0015", "EG0016", "EG0052", "EG0074", "EG0075", "EG0129"];

    // The examples of the rules about states and facts are checked with those rules (Rules/StateRuleTests, Rules/HardeningRuleTests).
    public static TheoryData<string> WithExample =>
        [.. AsmDiagnosticCatalog.All.Select(rule => rule.Id).Except(_withoutExample).Where(id => id[2] is not ('2' or '3'))];

    [Fact]
    public void EveryRule_HasOneId()
    {
        var ids = AsmDiagnosticCatalog.All.Select(rule => rule.Id).ToList();

        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.Matches("^EG[0-9]{4}$", id));
    }

    [Fact]
    public void EveryRule_HasItsPageAndEveryPageItsRule() => Assert.Equal(
        AsmDiagnosticCatalog.All.Select(rule => $"# {rule.Id}: {rule.Title}"),
        Directory.GetFiles(Repository.PathOf("docs", "rules"), "EG*.md").Order(StringComparer.Ordinal).Select(path => File.ReadLines(path).First()));

    [Fact]
    public void EveryRule_HasItsReleaseLine()
    {
        var lines = new[] { "AnalyzerReleases.Shipped.md", "AnalyzerReleases.Unshipped.md" }
            .SelectMany(name => File.ReadLines(Repository.PathOf("analyzers", "EntryGen.Analyzers", name)))
            .Where(line => line.StartsWith("EG", StringComparison.Ordinal))
            .Select(line => string.Join('|', line.Split('|').Select(cell => cell.Trim())))
            .Order(StringComparer.Ordinal);

        Assert.Equal(AsmDiagnosticCatalog.All.Select(rule => $"{rule.Id}|{CategoryOf(rule.Id)}|{rule.Severity}|{rule.Title}"), lines);
    }

    [Theory]
    [MemberData(nameof(WithExample))]
    public async Task Page_ExampleShowsTheRuleAndFixRemovesIt(string id)
    {
        var blocks = Block().Matches(await File.ReadAllTextAsync(Repository.PathOf("docs", "rules", id + ".md")))
            .Where(block => _languages.Contains(block.Groups["language"].Value))
            .ToList();

        Assert.Equal([id], await FindAsync(blocks[0]));
        Assert.All(blocks.Skip(1), block => Assert.Empty(FindAsync(block).GetAwaiter().GetResult()));
        Assert.Equal(id == SurfaceDiagnostics.LanguageVersion.Id ? 1 : 2, blocks.Count);
    }

    private static async Task<IEnumerable<string>> FindAsync(Match block)
    {
        var text = block.Groups["text"].Value;
        var isAssembly = block.Groups["language"].Value == "asm";
        var source = isAssembly ? "using EntryGen;\n[EntryCode(Source = \"example.S\", Entries = [\"start\"])]\nstatic partial class Example;\n" : text;
        var assembly = !isAssembly ? "start:\n\tret\n" : text.Contains("start:", StringComparison.Ordinal) ? text : "start:\n\tret\n" + text;
        var project = TestProject.Of(source)
            .WithFile("/project/example.S", assembly)
            .WithFile("/project/calling.h", "#define CALLING 1\n")
            .WithFile("/project/loop.h", "#include \"loop.h\"\n")
            .WithFile("/project/guarded.h", "#ifndef GUARDED_H\n#define GUARDED_H\n#include \"guarded.h\"\n#endif\n")
            .WithFile("/project/left/same.S", "start:\n\tret\n")
            .WithFile("/project/right/same.S", "start:\n\tret\n");
        project = text.Contains("<LangVersion>12", StringComparison.Ordinal) ? project with { LanguageVersion = LanguageVersion.CSharp12 } : project;
        return (await project.AnalyzeAsync()).Select(diagnostic => diagnostic.Id);
    }

    private static string CategoryOf(string id) => id[2] switch { '0' => "EntryGen.Assembly", '1' => "EntryGen.Macros", '2' => "EntryGen.State", _ => "EntryGen.Speculation" };

    [GeneratedRegex("```(?<language>[a-z]+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
