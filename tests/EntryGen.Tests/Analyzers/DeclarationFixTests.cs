using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Analyzers;

/// <summary>Declarations that entry code cannot use get the shape it needs; everything else about them stays.</summary>
public sealed class DeclarationFixTests
{
    [Theory]
    [InlineData("[EntryCode]\nstatic class Unit\n{\n}\n", "[EntryCode]\nstatic partial class Unit\n{\n}\n")]
    [InlineData("[EntryCode]\n// why\nclass Unit;\n", "[EntryCode]\n// why\npartial class Unit;\n")]
    [InlineData("class Outer\n{\n    [EntryCode]\n    static partial class Unit;\n}\n", "partial class Outer\n{\n    [EntryCode]\n    static partial class Unit;\n}\n")]
    public Task EG0100(string before, string after) => VerifyAsync(before, after);

    [Theory]
    [InlineData("public partial Stop start(ref Cpu cpu);", "public static partial Stop start(ref Cpu cpu);")]
    [InlineData("public static void start(Cpu state);", "public static partial Stop start(ref Cpu state);")]
    [InlineData("static extern Stop start();", "static extern partial Stop start(ref Cpu cpu);")]
    public Task EG0101(string before, string after) => VerifyAsync(InUnit("[Entry(\"ret\")]\n    " + before), InUnit("[Entry(\"ret\")]\n    " + after));

    [Theory]
    [InlineData("static readonly string M = \"ret\";", "const string M = \"ret\";")]
    [InlineData("public static string M = \"ret\", N = \"\";", null)]
    [InlineData("/// <summary>Doc.</summary>\n    internal static readonly string M = \"ret\";", "/// <summary>Doc.</summary>\n    internal const string M = \"ret\";")]
    [InlineData("const int M = 1;", null)]
    public Task EG0102(string before, string? after) => VerifyAsync(InUnit("[Macro]\n    " + before), after is null ? null : InUnit("[Macro]\n    " + after));

    [Theory]
    [InlineData("public static partial PerCpu<int> variable { get; set; }", "public static partial PerCpu<int> variable { get; }")]
    [InlineData("PerCpu<int> variable { get; }", "static partial PerCpu<int> variable { get; }")]
    [InlineData("public static partial int variable { get; }", null)]
    public Task EG0103(string before, string? after) => VerifyAsync(InUnit("[PerCpu]\n    " + before), after is null ? null : InUnit("[PerCpu]\n    " + after));

    [Fact]
    public async Task FixAll_CorrectsEveryDeclaration()
    {
        const string Text = "using EntryGen;\n[EntryCode]\nstatic class One;\n[EntryCode]\nstatic class Two;\n";
        var after = await CodeFixRunner.FixAllAsync(TestProject.Of(Text));
        Assert.Equal(Text.Replace("static class", "static partial class", StringComparison.Ordinal), after.Sources["Test.cs"]);
    }

    private static string InUnit(string member) => "[EntryCode]\nstatic partial class Unit\n{\n    " + member + "\n}\n";

    private static async Task VerifyAsync(string before, string? after)
    {
        var project = TestProject.Of("using EntryGen;\n" + before);
        if (after is null)
        {
            Assert.NotEmpty(await project.AnalyzeAsync());
            Assert.Empty(await CodeFixRunner.OfferedAsync(project));
            return;
        }

        Assert.Equal("using EntryGen;\n" + after, (await CodeFixRunner.FixFirstAsync(project)).Sources["Test.cs"]);
    }
}
