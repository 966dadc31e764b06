using EntryGen.Asm.Text;

namespace EntryGen.Tests.Gas;

public class NearestNameTests
{
    [Theory]
    [InlineData("SAVE_REG", "SAVE_REGS")]
    [InlineData("save_regs", "SAVE_REGS")]
    [InlineData("SAVE_RGES", "SAVE_REGS")]
    [InlineData("restore_cr", "RESTORE_CR3")]
    [InlineData("swapsg", "swapgs")]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    public void The_name_with_the_fewest_edits(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Find(name, ["SAVE_REGS", "swapgs", "SAVE_AND_SWITCH", "RESTORE_CR3"]));

    [Fact]
    public void Of_equally_near_names_the_first_in_order_is_taken_whatever_the_input_order()
    {
        Assert.Equal("aab", NearestName.Find("aax", ["aac", "aab"]));
        Assert.Equal("aab", NearestName.Find("aax", ["aab", "aac"]));
    }
}
