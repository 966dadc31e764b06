using EntryGen.Asm;
using EntryGen.Asm.Instructions;

namespace EntryGen.OracleTests;

public class ProgramTests
{
    public static TheoryData<string, string> Units
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (version, unit) in KernelTrees.Units)
            {
                data.Add(version, unit);
            }

            return data;
        }
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void A_unit_alone_becomes_a_Program_without_a_diagnostic(string version, string unit)
    {
        var result = KernelPrograms.Alone(version, unit);
        Assert.Empty(result.Diagnostics);
        Assert.NotEmpty(result.Program.Items);
        Assert.DoesNotContain(result.Program.Items, item => item is Instruction { Info.Op: Op.Unmodelled });
    }

    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void The_units_of_a_tree_link_without_a_diagnostic(string version) => Assert.Empty(KernelPrograms.Linked(version).Diagnostics);
}
