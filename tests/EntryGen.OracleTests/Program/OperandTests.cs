using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using Xunit.Abstractions;

namespace EntryGen.OracleTests;

/// <summary>Operation, width, operands and branch targets of every instruction against objdump and the relocations at its place in the object.</summary>
public class OperandTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Units => ProgramTests.Units;

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void Instructions_are_what_the_object_holds(string version, string unit)
    {
        var program = KernelPrograms.Alone(version, unit).Program;
        var listing = KernelPrograms.Unit(version, unit).Listing;
        var comparison = new ObjectComparison(program, ObjectCode.Places(version, unit, listing), ObjectCode.Read(version, unit));
        foreach (var instruction in program.Items.OfType<Instruction>())
        {
            comparison.Compare(instruction);
        }

        Assert.Empty(comparison.Differences);
        Assert.Equal(program.Items.OfType<Instruction>().Count(), comparison.Compared);
        output.WriteLine($"{version} {unit}: {comparison.Compared} instructions, {comparison.Operands} operands compared, {comparison.Differences.Count} differ");
    }

    // Nothing in the object is left out but padding.
    [KernelTheory]
    [MemberData(nameof(Units))]
    public void Every_instruction_of_the_object_is_there(string version, string unit)
    {
        var program = KernelPrograms.Alone(version, unit).Program;
        var places = ObjectCode.Places(version, unit, KernelPrograms.Unit(version, unit).Listing);
        var own = program.Items.OfType<Instruction>().Select(instruction => places[instruction.Statement]).ToHashSet();
        var sections = own.Select(place => place.Section).ToHashSet();
        var data = program.Sections.Where(section => section.Executable && section.Data.Count > 0).Select(section => section.Name).ToHashSet();
        var missing = ObjectCode.Read(version, unit)
            .Where(code => sections.Contains(code.Section) && !own.Contains((code.Section, code.Offset)) && code.Mnemonic is not ("nop" or "nopl" or "nopw" or "int3" or "xchg"))
            .Where(code => !(data.Contains(code.Section) && code.Mnemonic is "sbb" or "add"));
        Assert.Empty(missing);
    }
}
