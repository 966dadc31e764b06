using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Tool;

/// <summary>The kernel's units as one file each: the same statements and the same Program as from the tree.</summary>
public class ImportTests
{
    public static TheoryData<string, string> Units()
    {
        var units = new TheoryData<string, string>();
        foreach (var (version, unit) in KernelTrees.Units)
        {
            units.Add(version, unit);
        }

        return units;
    }

    [KernelTheory]
    [MemberData(nameof(Units))]
    public void An_imported_unit_is_the_unit(string version, string unit)
    {
        var options = new ReaderOptions { Preprocessor = KernelTrees.Options(version) };
        var (text, expected) = SourceImport.Import(KernelTrees.ReadUnit(version, unit), options, new FileResolver(KernelTrees.Tree(version)), unit);

        // Nothing is at hand now but the text.
        var actual = AsmReader.Read(new SourceText("import.S", text!), new ReaderOptions(), new FileResolver("/nowhere"));
        Assert.Empty(actual.Diagnostics);
        Assert.Equal(
            expected.Statements.Select(statement => (statement.File.Path, statement.Line, statement.Section, statement.Text.Text)),
            actual.Statements.Select(statement => (statement.File.Path, statement.Line, statement.Section, statement.Text.Text)));
        Assert.True(text!.Length < 250_000, $"{text.Length} characters");

        var before = ProgramBuilder.Build([new ProgramUnit(unit, expected, expected.PreprocessorMacros!)], new ProgramOptions()).Program;
        var after = ProgramBuilder.Build([new ProgramUnit(unit, actual, actual.PreprocessorMacros!)], new ProgramOptions()).Program;
        Assert.Equal(before.Features, after.Features);
        Assert.Equal(before.Constants.OrderBy(constant => constant.Key), after.Constants.OrderBy(constant => constant.Key));
        Assert.Equal(before.Items.Select(item => (item.Address, item.ToString())), after.Items.Select(item => (item.Address, item.ToString())));
    }
}
