using static EntryGen.Tests.Gas.GasHarness;

namespace EntryGen.Tests.Gas;

/// <summary>Text that another preprocessor has seen already.</summary>
public class LineMarkerTests
{
    [Fact]
    public void Markers_say_where_lines_are_from()
    {
        var listing = Assemble("nop\n# 12 \"dir/a \\\"b\\\".S\"\ncli\n\nsti\n# 3 \"other.S\" 1\nhlt; nop\n# 16 \"dir/a \\\"b\\\".S\" 2\nret\n");

        Assert.Empty(listing.Diagnostics);
        Assert.Equal(
            ["t.S:1 nop", "dir/a \"b\".S:12 cli", "dir/a \"b\".S:14 sti", "other.S:3 hlt", "other.S:3 nop", "dir/a \"b\".S:16 ret"],
            listing.Statements.Select(statement => $"{statement.File.Path}:{statement.Line} {statement.Text}"));
    }

    [Theory]
    [InlineData("# 12 text")]
    [InlineData("# \"a.S\"")]
    [InlineData("# 12 \"open")]
    [InlineData("# 99999999999 \"a.S\"")]
    [InlineData("#")]
    public void Other_comments_change_nothing(string comment)
    {
        var statement = Assert.Single(Assemble(comment + "\nnop\n").Statements);
        Assert.Equal("t.S:2", $"{statement.File.Path}:{statement.Line}");
    }
}
