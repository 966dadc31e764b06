using System.Reflection;
using System.Runtime.Loader;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;

namespace EntryGen.Tests.Generator;

/// <summary>Classes with <c>[Scenario]</c> attributes: what is generated asks what the attributes say, and always compiles.</summary>
public sealed class ScenarioClassTests
{
    private const string Unit = """"
        using EntryGen;
        using EntryGen.Exploration.Scenarios;
        using EntryGen.Exploration.Scenarios.Handlers;

        [EntryCode]
        [Scenario("plain_exc_nmi")]
        public static partial class Nmi
        {
            [Entry("""
                    cld
                    clac
                    pushq   %rbx
                    movl    $1, %ebx
                    call    exc_nmi
                    popq    %rbx
                    iretq
                """, Kind = EntryKind.Nmi)]
            public static partial Stop plain_exc_nmi(ref Cpu cpu);

            [CFunction]
            public static void exc_nmi(ref Cpu cpu)
            {
            }
        }

        SCENARIOS
        """";

    [Fact]
    public void What_attributes_say_is_what_scenarios_ask()
    {
        var scenarios = Scenarios(
            """
            [Scenario("plain_exc_nmi", Unit = typeof(Nmi), From = ScenarioStarts.Kernel | ScenarioStarts.KernelWithUserGs, Features = ["SMAP"],
                Inject = InjectedEvents.Nmi, Most = 2, MayDo = ["lazy-mm", nameof(HandlerEffect.None), nameof(Twice)], Ask = ["registers", PropertyIds.GsRestored],
                WithWorstCaseTlb = true, WithoutKernelAssumptions = true)]
            [Scenario("plain_exc_nmi", Unit = typeof(Nmi), Features = [])]
            public static partial class Questions
            {
                static HandlerEffect Twice { get; } = new("T", "twice", "flushes twice", spaces => spaces.FlushLocally(), spaces => spaces.FlushLocally());

                [ScenarioProperty("RBX is 1 for C code", Moments.Call)]
                static bool Rbx(EntryState state) => state[EntryGen.Emulation.Reg.Rbx] == 1;
            }
            """,
            "Questions");

        Assert.Equal(
            [StartState.Kernel, StartState.Kernel with { Gs = Side.User }, .. KnownEntries.Find("asm_exc_nmi")!.Starts],
            scenarios.Select(scenario => scenario.Start));
        var first = scenarios[0];
        Assert.Equal(("plain_exc_nmi", InjectedEvents.Nmi, 2, false), (first.Entry, first.Events, first.MostEvents, first.KernelAssumptions));
        Assert.True(first.HasWorstCaseTlb && !scenarios[2].HasWorstCaseTlb);
        Assert.Equal(["lazy-mm", "none", "twice"], first.Handlers.Select(effect => effect.Name));
        Assert.Equal(["registers", "gs", "Rbx"], first.Properties.Select(property => property.Id));
        Assert.Equal(new FeatureSet("SMAP"), first.Options.Features);
        Assert.Equal(FeatureSet.None, scenarios[2].Options.Features);
        Assert.Equal([.. EntryProperties.All.Select(property => property.Id), "Rbx"], scenarios[2].Properties.Select(property => property.Id));
    }

    [Fact]
    public void Declared_scenarios_are_explored()
    {
        const string Declared = """
            [Scenario("plain_exc_nmi", Unit = typeof(Nmi), From = ScenarioStarts.Kernel, Inject = InjectedEvents.Nmi, Features = ["SMAP"])]
            public static partial class Questions
            {
                [ScenarioProperty("RBX is BEFORE for C code", Moments.Call)]
                static bool Rbx(EntryState state) => state[EntryGen.Emulation.Reg.Rbx] == BEFORE;
            }
            """;
        var right = Assert.Single(Scenarios(Declared.Replace("BEFORE", "1", StringComparison.Ordinal), "Questions")).Explore();
        Assert.Equal(Verdict.HoldsWithinBounds, right.Properties.Single(property => property.Property.Id == "Rbx").Verdict);
        var wrong = Assert.Single(Scenarios(Declared.Replace("BEFORE", "2", StringComparison.Ordinal), "Questions")).Explore();
        Assert.Equal("exc_nmi", wrong.ShouldViolate("Rbx").Steps[^1].Text);
    }

    [Fact]
    public void A_unit_declares_scenarios_of_its_own() =>
        Assert.Equal(5, Scenarios("", "Nmi").Count);

    [Fact]
    public void Attributes_on_several_parts_are_one_class() =>
        Assert.Equal(2, Scenarios(
            """
            [Scenario("plain_exc_nmi", Unit = typeof(Nmi), From = ScenarioStarts.User)]
            public static partial class Questions;

            [Scenario("plain_exc_nmi", Unit = typeof(Nmi), From = ScenarioStarts.Kernel)]
            public static partial class Questions;
            """,
            "Questions").Count);

    [Theory]
    [InlineData("namespace @class { partial class Outer<T> { [Scenario(\"plain_exc_nmi\", Unit = typeof(Nmi))] partial class @event; } }")]
    [InlineData("[Scenario(\"plain_exc_nmi\", Unit = typeof(Nmi), Ask = [\"none\"])] partial class Questions;")]
    [InlineData("[Scenario(\"other\", Unit = typeof(Nmi))] partial class Questions;")]
    [InlineData("[Scenario(\"plain_exc_nmi\", Unit = typeof(string))] partial class Questions;")]
    [InlineData("[Scenario(\"plain_exc_nmi\")] partial class Questions;")]
    [InlineData("[Scenario(\"plain_exc_nmi\", Unit = null, Features = null!, MayDo = null!, Ask = null!)] partial class Questions;")]
    [InlineData("[Scenario(null!, Unit = typeof(Nmi), Features = [null!], MayDo = [null!], Ask = [null!])] partial class Questions;")]
    [InlineData("[Scenario(\"plain_exc_nmi\", Unit = typeof(Nmi), Inject = (InjectedEvents)4096, From = (ScenarioStarts)(-1), Most = -1)] partial class Questions;")]
    [InlineData("[Scenario(\"plain_exc_nmi\", Unit = typeof(Nmi), MayDo = [\"\", \"-\", \"a-\", \"Name\"])] partial class Questions { static int Name => 1; }")]
    [InlineData("[EntryCode] partial class Open<T>; [Scenario(\"x\", Unit = typeof(Open<>))] partial class Questions;")]
    [InlineData("[Scenario(\"plain_exc_nmi\", Unit = typeof(Nmi))] partial class Questions { [ScenarioProperty(\"\\\"\\n\", Moments.Call)] static bool @if(EntryState s) => true; }")]
    [InlineData("[Scenario(\"plain_exc_nmi\", Unit = typeof(Nmi))] partial class Questions { [ScenarioProperty(null!, (Moments)64)] static bool A(EntryState s) => true; }")]
    [InlineData("[EntryCode] static class Closed { } [Scenario(\"x\", Unit = typeof(Closed))] partial class Questions;")]
    public void Whatever_is_written_the_generated_half_compiles(string declared)
    {
        var output = TestProject.Of(Unit.Replace("SCENARIOS", declared, StringComparison.Ordinal)).Generate();

        Assert.Null(output.Scenarios.Exception);
        Assert.Equal(2, output.Scenarios.GeneratedSources.Length);
        Assert.Empty(output.Problems);
    }

    [Fact]
    public void An_edit_elsewhere_runs_nothing_again()
    {
        const string Declared = "[Scenario(\"plain_exc_nmi\", Unit = typeof(Nmi))] partial class Questions;";
        var project = TestProject.Of(Unit.Replace("SCENARIOS", Declared, StringComparison.Ordinal));
        var edited = project.WithSource("Test.cs", project.Sources["Test.cs"].Replace("$1, %ebx", "$2, %ebx", StringComparison.Ordinal));
        var again = project.Generate().Driver.RunGenerators(edited.Compile()).GetRunResult().Results[1];

        Assert.All(
            again.TrackedSteps[EntryGen.Generators.TrackingNames.Scenarios].SelectMany(step => step.Outputs),
            output => Assert.Contains(output.Reason, new[] { IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged }));
    }

    private static IReadOnlyList<EntryScenario> Scenarios(string declared, string type)
    {
        var output = TestProject.Of(Unit.Replace("SCENARIOS", declared, StringComparison.Ordinal)).Generate();
        Assert.Empty(output.Problems);
        using var image = new MemoryStream();
        Assert.True(output.Compilation.Emit(image).Success);
        image.Position = 0;
        var context = new AssemblyLoadContext(null, isCollectible: true);
        context.Resolving += (_, name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == name.Name);
        var property = context.LoadFromStream(image).GetType(type)!.GetProperty("Scenarios", BindingFlags.Public | BindingFlags.Static)!;
        return (IReadOnlyList<EntryScenario>)property.GetValue(null)!;
    }
}
