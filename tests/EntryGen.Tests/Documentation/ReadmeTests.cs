using System.Globalization;
using EntryGen.Testing;
using EntryGen.Tests.Harness;
using RestoreCr3;

namespace EntryGen.Tests.Documentation;

/// <summary>What the README shows is what one gets.</summary>
public class ReadmeTests
{
    private static readonly string _text = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public async Task The_first_example_compiles_without_a_finding()
    {
        var example = BlockAfter("```csharp\n");
        Assert.Empty(TestProject.Of(example).Generate().Problems);
        Assert.Empty(await AnalyzerVerifier.VerifyAsync(example));
    }

    [Fact]
    public async Task The_build_shown_prints_what_is_shown()
    {
        var source = BlockAfter("```csharp\n", from: _text.IndexOf("So is code", StringComparison.Ordinal));
        var found = await TestProject.Of("").WithSource("Int80.cs", source).AnalyzeAsync();
        var printed = found.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(diagnostic => diagnostic.Id, StringComparer.Ordinal).Select(diagnostic =>
        {
            var place = diagnostic.Location.GetLineSpan();
            var (line, column) = (place.StartLinePosition.Line + 1, place.StartLinePosition.Character + 1);
            return FormattableString.Invariant($"{place.Path}({line},{column}): warning {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}");
        });

        Assert.Equal(BlockAfter("$ dotnet build\n"), string.Concat(printed.Select(line => line + "\n")));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("examples/RestoreCr3/README.md")]
    public void The_table_shown_is_the_one_the_example_prints(string page)
    {
        using var output = new StringWriter();
        Report.Write(Experiment.RunAll(), output);
        var printed = output.ToString().Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith('│'));
        var shown = File.ReadAllLines(Repository.PathOf(page)).SkipWhile(line => !line.StartsWith('│')).TakeWhile(line => !line.StartsWith('╰')).Where(line => line.StartsWith('│'));
        Assert.Equal(printed, shown);
    }

    private static string BlockAfter(string fence, int from = 0)
    {
        var start = _text.IndexOf(fence, from, StringComparison.Ordinal) + fence.Length;
        return _text[start.._text.IndexOf("```", start, StringComparison.Ordinal)];
    }
}
