using EntryGen.Asm;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission;
using EntryGen.OracleTests.Cpp;
using EntryGen.OracleTests.Gas;
using Xunit.Abstractions;

namespace EntryGen.OracleTests;

/// <summary>Every unit under every configuration header that GNU as accepts becomes a Program without a diagnostic, alternatives and all.</summary>
public class ConfigurationProgramTests(ITestOutputHelper output)
{
    [KernelConfigurationTheory]
    [MemberData(nameof(ProgramTests.Units), MemberType = typeof(ProgramTests))]
    public void A_unit_becomes_a_Program_in_every_configuration(string version, string unit)
    {
        Assert.Null(KernelConfigurations.Missing);
        var (accepted, instructions, choices) = (0, 0, 0);
        foreach (var header in KernelConfigurations.Headers)
        {
            var (status, text) = GccPreprocessor.Run(KernelTrees.Tree(version), GccPreprocessor.KernelArguments(version, unit, header));
            if (status != 0 || GnuAs.Assemble(text).Messages.Contains(" Error: ", StringComparison.Ordinal))
            {
                continue; // the kernel does not support the combination
            }

            var listing = KernelTrees.Read(version, unit, header);
            var result = ProgramBuilder.Build([new ProgramUnit(unit, listing, listing.PreprocessorMacros!)], new ProgramOptions());
            Assert.Empty(result.Diagnostics);
            Assert.DoesNotContain(result.Program.Items, item => item is Instruction instruction && !EmulatorEmitter.Models(instruction.Info.Op));

            var records = listing.Statements.Count(statement => statement is { Section: ".altinstructions", Name: ".4byte" or ".word" });
            Assert.Equal(records, result.Program.Items.OfType<AlternativeSite>().Sum(site => site.Choices.Count));
            var written = listing.Statements.Count(statement => statement.Kind == StatementKind.Instruction);
            Assert.True(result.Program.Items.OfType<Instruction>().Count() >= written);
            accepted++;
            instructions += result.Program.Items.OfType<Instruction>().Count();
            choices += records;
        }

        Assert.True(accepted >= 9, $"GNU as accepts {accepted} configurations only");
        output.Report(
            "Programs in every configuration", $"{version} {unit}",
            ("configurations", accepted), ("instructions", instructions), ("alternatives", choices), ("diagnostics", 0));
    }
}
