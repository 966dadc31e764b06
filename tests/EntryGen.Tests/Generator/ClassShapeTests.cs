using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Generator;

/// <summary>Whatever the class around it looks like, generated code compiles in a strict consumer.</summary>
public sealed class ClassShapeTests
{
    private const string Members = """
            public const int ANSWER = 42;

            [Macro("reg:req")]
            const string LOAD_ANSWER = "movl $ANSWER, \\reg";

            [PerCpu(UserMapped = true)]
            internal static partial PerCpu<ushort> flush_mask { get; }

            [Entry("LOAD_ANSWER %eax\n call helper\n movw %ax, %gs:flush_mask\n ret", Kind = EntryKind.Nmi)]
            public static partial Stop start(ref Cpu cpu);

            [CFunction]
            static void helper(ref Cpu cpu) => cpu.Rax = 0;
        """;

    [Theory]
    [InlineData("[EntryCode] public static partial class Unit { MEMBERS }", "Unit.g.cs")]
    [InlineData("[EntryCode] partial class Unit { MEMBERS }", "Unit.g.cs")]
    [InlineData("[EntryCode] internal sealed partial class Unit { MEMBERS }", "Unit.g.cs")]
    [InlineData("[EntryCode] public abstract partial class Unit { MEMBERS }", "Unit.g.cs")]
    [InlineData("[EntryCode] public partial record Unit { MEMBERS }", "Unit.g.cs")]
    [InlineData("namespace Kernel.Entry { [EntryCode] static partial class Unit { MEMBERS } }", "Kernel.Entry.Unit.g.cs")]
    [InlineData("namespace @class.@new { [EntryCode] static partial class @event { MEMBERS } }", "class.new.event.g.cs")]
    [InlineData("[EntryCode] public static partial class Unit<T> where T : struct { MEMBERS }", "Unit`1.g.cs")]
    [InlineData("partial class Outer { [EntryCode] private static partial class Unit { MEMBERS } }", "Outer+Unit.g.cs")]
    [InlineData("partial struct Outer<TKey, TValue> { [EntryCode] static partial class Unit<T> { MEMBERS } }", "Outer`2+Unit`1.g.cs")]
    [InlineData("partial interface IOuter<T, U> { [EntryCode] static partial class Unit { MEMBERS } }", "IOuter`2+Unit.g.cs")]
    [InlineData("partial record struct Outer { partial record Middle { [EntryCode] static partial class Unit { MEMBERS } } }", "Outer+Middle+Unit.g.cs")]
    [InlineData("namespace System { [EntryCode] static partial class Unit { MEMBERS } }", "System.Unit.g.cs")]
    [InlineData("namespace EntryGen.Kernel { [EntryCode] static partial class Unit { MEMBERS } }", "EntryGen.Kernel.Unit.g.cs")]
    public void ClassOfAnyShape_Compiles(string declaration, string hintName)
    {
        var output = TestProject.Of("using EntryGen;\n" + declaration.Replace("MEMBERS", Members, StringComparison.Ordinal)).Generate();

        Assert.Empty(output.Problems);
        Assert.Equal([hintName], output.Result.GeneratedSources.Select(source => source.HintName));
        Assert.DoesNotContain("Unmodelled", output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public static partial Stop start(ref Cpu cpu);")]
    [InlineData("internal static partial Stop start(ref Cpu cpu);")]
    [InlineData("private static partial Stop start(ref Cpu cpu);")]
    [InlineData("static internal partial Stop start(ref Cpu processor);")]
    [InlineData("public static partial EntryGen.Stop start(ref EntryGen.Cpu @ref);")]
    [InlineData("public static partial Stop @checked(ref Cpu cpu);")]
    public void EntryMethodOfAnyModifiers_Compiles(string method)
    {
        var output = TestProject.Of($"using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{{\n    [Entry(\"ret\")]\n    {method}\n}}\n").Generate();

        Assert.Empty(output.Problems);
    }

    [Fact]
    public void AttributesOnSeveralParts_AreOneUnit()
    {
        var output = TestProject.Of("using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(\"ZERO %eax\\n ret\")]\n    public static partial Stop start(ref Cpu cpu);\n}\n")
            .WithSource("Macros.cs", "using EntryGen;\nstatic partial class Unit\n{\n    [Macro(\"reg:req\")]\n    const string ZERO = \"xorl \\\\reg, \\\\reg\";\n}\n")
            .Generate();

        Assert.Empty(output.Problems);
        Assert.Contains("xorl", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void EntriesOfASource_GetMethods()
    {
        var output = TestProject.Of(
            """
            using EntryGen;

            [EntryCode(Source = "entry.S", Entries = ["declared", "added", "cold.part"])]
            public static partial class Unit
            {
                [Entry(Kind = EntryKind.Nmi)]
                internal static partial Stop declared(ref Cpu cpu);
            }

            static class Use
            {
                public static Stop All(ref Cpu cpu)
                {
                    Unit.declared(ref cpu);
                    Unit.added(ref cpu);
                    return Unit.cold_part(ref cpu);
                }
            }
            """).WithFile("/p/entry.S", "declared: ret\nadded: ret\ncold.part: ret\nunused: ret\n").Generate();

        Assert.Empty(output.Problems);
    }

    [Fact]
    public void ClassThatCannotBeCompleted_GetsNothing()
    {
        var output = TestProject.Of("using EntryGen;\n[EntryCode]\npublic static class Unit { }\n").Generate();

        Assert.Empty(output.Result.GeneratedSources);
        Assert.Null(output.Result.Exception);
    }

    /// <summary>Without its other half the member would be a compiler's error, after which a build asks no analyzer what is wrong.</summary>
    [Theory]
    [InlineData("[Entry(\"ret\")] public static partial int wrong(ref Cpu cpu);")]
    [InlineData("[Entry(\"ret\")] public static partial void wrong();")]
    [InlineData("[Entry(\"ret\")] internal static partial Stop wrong(Cpu cpu, in int @ref, params string?[] rest);")]
    [InlineData("[Entry(\"ret\")] public static partial System.Collections.Generic.List<(int A, string? B)> wrong(out Cpu cpu);")]
    [InlineData("[PerCpu] public static partial ulong wrong { get; }")]
    [InlineData("[PerCpu] public static partial PerCpu<ulong> wrong { get; set; }")]
    [InlineData("[PerCpu] public static partial string? @event { set; }")]
    public async Task A_partial_member_of_the_wrong_shape_is_completed(string member)
    {
        var project = TestProject.Of($"using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{{\n    [Entry(\"ret\")] public static partial Stop right(ref Cpu cpu);\n    {member}\n}}\n");
        Assert.Empty(project.Generate().Problems);
        Assert.Equal([member.StartsWith("[PerCpu]", StringComparison.Ordinal) ? "EG0103" : "EG0101"], (await project.AnalyzeAsync()).Select(found => found.Id));
    }

    [Fact]
    public void A_partial_member_that_has_its_other_half_is_left_alone()
    {
        var output = TestProject.Of("using EntryGen;\n[EntryCode]\nstatic partial class Unit\n{\n    [Entry(\"ret\")] public static partial int wrong(ref Cpu cpu);\n    public static partial int wrong(ref Cpu cpu) => 1;\n}\n").Generate();
        Assert.Empty(output.Problems);
    }

    [Fact]
    public void HintNames_DifferForClassesThatDifferInCase()
    {
        var output = TestProject.Of("using EntryGen;\n[EntryCode] static partial class Unit;\n[EntryCode] static partial class UNIT;\n").Generate();

        Assert.Null(output.Result.Exception);
        Assert.Equal(2, output.Result.GeneratedSources.Length);
        Assert.Empty(output.Problems);
    }
}
