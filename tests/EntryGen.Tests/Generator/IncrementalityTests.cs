using EntryGen.Generators;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;

namespace EntryGen.Tests.Generator;

/// <summary>An edit makes exactly those steps run again whose inputs it changes.</summary>
public sealed class IncrementalityTests
{
    private const string Units = """
        using EntryGen;

        [EntryCode]
        public static partial class Literal
        {
            [Macro("reg:req")]
            const string CLEAR = "xorl \\reg, \\reg";

            [Entry("CLEAR %eax\n ret")]
            public static partial Stop start(ref Cpu cpu);
        }

        [EntryCode(Source = "entry.S", Entries = ["from_file"])]
        public static partial class FromFile
        {
        }
        """;

    private static readonly TestProject _project = TestProject.Of(Units)
        .WithFile("/p/entry.S", "#include \"calling.h\"\nfrom_file: ret\n")
        .WithFile("/p/calling.h", "#define A 1\n")
        .WithFile("/p/unrelated.S", "nop\n");

    [Fact]
    public void FirstRun_MakesOneUnitPerClass()
    {
        var run = _project.Generate();

        Assert.Equal([IncrementalStepRunReason.New, IncrementalStepRunReason.New], Reasons(run.Result, TrackingNames.Classes));
        Assert.Equal([IncrementalStepRunReason.New, IncrementalStepRunReason.New], Reasons(run.Result, TrackingNames.Units));
        Assert.Equal(["FromFile.g.cs", "Literal.g.cs"], run.Result.GeneratedSources.Select(source => source.HintName).Order());
    }

    [Fact]
    public void CommentAdded_RunsNothingAgain() =>
        AssertNothingRan(_project.WithSource("Test.cs", "// A comment.\n" + Units));

    [Fact]
    public void LinesMovedInsideTheClass_RunNothingAgain() =>
        AssertNothingRan(_project.WithSource("Test.cs", Units.Replace("    [Macro", "\n\n    // Moved.\n    [Macro", StringComparison.Ordinal)));

    [Fact]
    public void UnrelatedTypeAdded_RunsNothingAgain() =>
        AssertNothingRan(_project.WithSource("Other.cs", "public sealed class Other { public const int Answer = 42; }"));

    [Fact]
    public void UnreachedFileEdited_RunsNothingAgain() =>
        AssertNothingRan(_project.WithFile("/p/unrelated.S", "hlt\n"));

    [Fact]
    public void UnknownPropertyChanged_RunsNothingAgain() =>
        AssertNothingRan(_project.WithProperty("RootNamespace", "Other"));

    [Fact]
    public void MacroChanged_RunsItsClassOnly()
    {
        var result = Rerun(_project.WithSource("Test.cs", Units.Replace("xorl", "subl", StringComparison.Ordinal)));

        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(result, TrackingNames.Classes));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged], Reasons(result, TrackingNames.Units));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Outputs(result));
    }

    [Theory]
    [InlineData("/p/entry.S", "#include \"calling.h\"\nfrom_file: nop\nret\n")]
    [InlineData("/p/calling.h", "#define A 2\n")]
    public void ReachedFileEdited_RunsItsClassOnly(string path, string text)
    {
        var result = Rerun(_project.WithFile(path, text));

        Assert.All(Reasons(result, TrackingNames.Classes), reason => Assert.True(IsIdle(reason)));
        Assert.Equal([IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Modified], Reasons(result, TrackingNames.Units));
        Assert.Equal(IncrementalStepRunReason.Cached, Outputs(result)[0]);
        Assert.Contains(Outputs(result)[1], new[] { IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged });
    }

    [Fact]
    public void OptionChanged_RunsEveryUnit()
    {
        var result = Rerun(_project.WithProperty("EntryGenDefineList", "CONFIG_SMP=1|DEBUG"));

        Assert.Equal([IncrementalStepRunReason.Modified], Reasons(result, TrackingNames.Options));
        Assert.All(Reasons(result, TrackingNames.Classes), reason => Assert.True(IsIdle(reason)));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified], Reasons(result, TrackingNames.Units));
    }

    [Fact]
    public void ClassRemoved_RemovesItsFileOnly()
    {
        var result = Rerun(_project.WithSource("Test.cs", Units[..Units.IndexOf("[EntryCode(Source", StringComparison.Ordinal)]));

        Assert.Equal(["Literal.g.cs"], result.GeneratedSources.Select(source => source.HintName));
        Assert.Contains(IncrementalStepRunReason.Removed, Reasons(result, TrackingNames.Units));
    }

    private static void AssertNothingRan(TestProject edited)
    {
        var result = Rerun(edited);

        foreach (var name in TrackingNames.All)
        {
            Assert.All(Reasons(result, name), reason => Assert.True(IsIdle(reason), $"{name}: {reason}"));
        }

        Assert.All(Outputs(result), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    private static GeneratorRunResult Rerun(TestProject edited)
    {
        // Every additional text is handed over anew, as editors do: what counts is what it says.
        var driver = _project.Generate().Driver.ReplaceAdditionalTexts(edited.AdditionalTexts);
        return driver.WithUpdatedAnalyzerConfigOptions(edited.OptionsProvider)
            .RunGenerators(edited.Compile())
            .GetRunResult().Results[0];
    }

    private static List<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        [.. result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason)];

    private static List<IncrementalStepRunReason> Outputs(GeneratorRunResult result) =>
        [.. result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs).Select(output => output.Reason)];

    private static bool IsIdle(IncrementalStepRunReason reason) => reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged;
}
