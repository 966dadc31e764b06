using EntryGen.Asm.Instructions;
using EntryGen.Testing;

namespace EntryGen.Tests.Documentation;

/// <summary>docs/instructions.md says what the instruction table says.</summary>
public sealed class InstructionPageTests
{
    [Fact]
    public void The_page_is_current()
    {
        var path = Repository.PathOf("docs", "instructions.md");
        var page = InstructionPage.Write();
        if (Environment.GetEnvironmentVariable("ENTRYGEN_ACCEPT_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.Equal(page, File.ReadAllText(path));
    }

    [Fact]
    public void Every_operation_has_its_row()
    {
        var rows = InstructionPage.Write().Split('\n').Count(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| instruction", StringComparison.Ordinal));
        Assert.Equal(Enum.GetValues<Op>().Length - 1, rows);
    }
}
