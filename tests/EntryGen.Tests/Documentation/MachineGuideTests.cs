using EntryGen.Testing;
using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Documentation;

/// <summary>The program in docs/machine.md compiles without a finding and says what the page says it does.</summary>
public class MachineGuideTests
{
    private static readonly string _text = File.ReadAllText(Repository.PathOf("docs/machine.md"));

    [Fact]
    public async Task The_program_runs_as_shown()
    {
        var program = BlockAfter("```csharp\n");
        var output = TestProject.Of(program).Generate();
        Assert.Empty(output.Problems);
        Assert.Empty(await AnalyzerVerifier.VerifyAsync(program));
        var assembly = InMemoryCompiler.Load([.. output.Compilation.SyntaxTrees.Select(static tree => tree.ToString())]);
        var said = (List<string>)assembly.GetType("Walkthrough", throwOnError: true)!.GetMethod("Run")!.Invoke(null, null)!;
        Assert.Equal(BlockAfter("It says:\n\n```\n").TrimEnd('\n').Split('\n'), said);
    }

    [Fact]
    public void Every_observer_is_on_the_page()
    {
        var methods = typeof(Machine).GetMethods().Select(static method => method.Name).Where(static name => name.StartsWith("Observe", StringComparison.Ordinal)).ToList();
        Assert.True(methods.Count >= 8);
        Assert.All(methods, method => Assert.Contains($"| `{method}` |", _text, StringComparison.Ordinal));
    }

    private static string BlockAfter(string fence)
    {
        var start = _text.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        return _text[start.._text.IndexOf("```", start, StringComparison.Ordinal)];
    }
}
