using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Generator;

/// <summary>While a user types, every state of the text is input: the analyzer survives each, with what the generator makes of it.</summary>
public sealed class HalfTypedProjectTests
{
    private const string Questions = """
        using EntryGen;
        using EntryGen.Exploration.Scenarios;
        [EntryCode]
        [Scenario("start", Unit = typeof(Unit), From = ScenarioStarts.User, Features = ["PTI"], Inject = InjectedEvents.Nmi, Most = 2, MayDo = ["none"], Ask = ["P1.1"])]
        static partial class Unit
        {
            [Entry("ret")]
            public static partial Stop start(ref Cpu cpu);
            [ScenarioProperty("words", Moments.Call)]
            static bool Holds(EntryState state) => true;
        }
        """;

    [Fact]
    public async Task EveryPrefixOfScenarios_LeavesGeneratorAndAnalyzerRunning()
    {
        for (var length = 0; length <= Questions.Length; length += 4)
        {
            var project = TestProject.Of(Questions[..length]);
            var output = project.Generate();

            Assert.Null(output.Scenarios.Exception);
            Assert.DoesNotContain(output.Problems, problem => problem.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true);
            Assert.DoesNotContain(await project.AnalyzeAsync(output.Compilation), diagnostic => diagnostic.Id is "AD0001" or "EG0129");
        }
    }

    [Fact]
    public async Task EveryPrefixOfACSharpFile_LeavesTheAnalyzerRunning()
    {
        const string Source = """
            using EntryGen;
            [EntryCode(Source = "x.S", Entries = ["a"], Include = [typeof(int)], Defines = ["A=1"])]
            static partial class Unit
            {
                [Macro("reg:req")]
                const string TEST = "frobnicate \\reg";
                [Entry("TEST %rax\n ret")]
                public static partial Stop start(ref Cpu cpu);
            }
            """;

        for (var length = 0; length <= Source.Length; length += 5)
        {
            var diagnostics = await TestProject.Of(Source[..length]).AnalyzeAsync();

            Assert.DoesNotContain(diagnostics, diagnostic => diagnostic.Id is "AD0001" or "EG0129");
        }
    }
}
