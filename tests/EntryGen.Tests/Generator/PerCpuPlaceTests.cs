using System.Text.RegularExpressions;
using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Generator;

/// <summary>A per-CPU variable is at one place for every unit that names it and for the property that stands for it.</summary>
public sealed class PerCpuPlaceTests
{
    [Fact]
    public void IncludedVariable_IsWhereItsPropertySays()
    {
        var output = TestProject.Of(
            """
            using EntryGen;

            [EntryCode]
            static partial class Shared
            {
                [PerCpu]
                public static partial PerCpu<ulong> scratch { get; }
            }

            [EntryCode(Include = [typeof(Shared)])]
            static partial class Unit
            {
                [PerCpu]
                public static partial PerCpu<uint> depth { get; }

                [Entry("incl %gs:depth\n movq %rax, %gs:scratch\n ret")]
                public static partial Stop start(ref Cpu cpu);
            }
            """).Generate();

        Assert.Empty(output.Problems);
        var shared = TextOf(output, "Shared.g.cs");
        var unit = TextOf(output, "Unit.g.cs");
        var property = Regex.Match(shared, @"scratch => new\(0x([0-9a-f]+)").Groups[1].Value;
        Assert.Matches($"external\tscratch\tpercpu\t{property}\t", unit);
        Assert.DoesNotMatch($"external\tdepth\tpercpu\t{property}\t", unit);
    }

    [Fact]
    public void GivenOffset_IsKept()
    {
        var output = TestProject.Of(
            """
            using EntryGen;

            [EntryCode]
            static partial class Unit
            {
                [PerCpu(Offset = 0x1238, Size = 16, UserMapped = true)]
                public static partial PerCpu<ulong> depth { get; }

                [Entry("incq %gs:depth\n ret")]
                public static partial Stop start(ref Cpu cpu);
            }
            """).Generate();

        Assert.Contains("depth => new(0x1238L, 16, true)", output.Text, StringComparison.Ordinal);
        Assert.Contains("external\tdepth\tpercpu\t1238\t10\tu", output.Text, StringComparison.Ordinal);
    }

    private static string TextOf(GeneratorOutput output, string hintName) =>
        output.Result.GeneratedSources.Single(source => source.HintName == hintName).SourceText.ToString();
}
