using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using EntryGen.OracleTests.Cpp;
using EntryGen.OracleTests.Objects;
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
        output.Report(
            "Instructions against recorded objdump", $"{version} {unit}",
            ("instructions", comparison.Compared), ("operands", comparison.Operands), ("mismatches", comparison.Differences.Count));
    }

    [KernelConfigurationTheory]
    [MemberData(nameof(Units))]
    public void Instructions_are_what_the_object_holds_in_every_configuration(string version, string unit)
    {
        Assert.Null(KernelConfigurations.Missing);
        var (accepted, instructions, operands) = (0, 0, 0);
        foreach (var header in KernelConfigurations.Headers)
        {
            var (status, text) = GccPreprocessor.Run(KernelTrees.Tree(version), GccPreprocessor.KernelArguments(version, unit, header));
            var listing = KernelTrees.Read(version, unit, header);
            if (status != 0 || FlatObject.Create(text, listing) is not { } flat)
            {
                continue; // the kernel does not support the combination
            }

            var program = ProgramBuilder.Build([new ProgramUnit(unit, listing, listing.PreprocessorMacros!)], new ProgramOptions()).Program;
            var places = listing.Statements
                .Where(statement => statement.Kind == StatementKind.Instruction || statement is { Kind: StatementKind.Directive, Name: ".byte" })
                .ToDictionary(statement => statement, statement => flat.PlaceOf(statement.Sequence));
            var comparison = new ObjectComparison(program, places, ObjectCode.Parse(flat.Disassembly.Split('\n')));
            foreach (var instruction in program.Items.OfType<Instruction>())
            {
                comparison.Compare(instruction);
            }

            Assert.True(comparison.Differences.Count == 0, $"{Path.GetFileName(header)}: {string.Join('\n', comparison.Differences)}");
            accepted++;
            instructions += comparison.Compared;
            operands += comparison.Operands;
        }

        Assert.True(accepted >= 9, $"GNU as accepts {accepted} configurations only");
        output.Report(
            "Instructions against objdump in every configuration", $"{version} {unit}",
            ("configurations", accepted), ("instructions", instructions), ("operands", operands), ("mismatches", 0));
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
