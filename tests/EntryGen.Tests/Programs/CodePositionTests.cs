using EntryGen.Asm;

namespace EntryGen.Tests.Programs;

/// <summary>Where the source says that code has to stand it stands, and all other code where it stood before.</summary>
public class CodePositionTests
{
    private static string Code(int instructions) => string.Concat(Enumerable.Repeat(" nop\n", instructions));

    [Theory]
    [InlineData(15, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 8)]
    [InlineData(33, 4)]
    [InlineData(64, 4)]
    [InlineData(100, 2)]
    [InlineData(200, 1)]
    public void Code_behind_org_stands_at_its_distance_and_what_is_before_it_fits(int instructions, int size)
    {
        var program = Assembled.Program($".align 4096\nuser:\n{Code(instructions)} .org user + 256, 0xcc\nkernel:\n{Code(3)}");
        var user = program.Symbols["user"].Address;
        Assert.Equal(0UL, user & 0xFFF);
        Assert.Equal(user + 256, program.Symbols["kernel"].Address);
        Assert.Equal(size, Assert.Single(program.Sections).InstructionSize);
        Assert.Equal([.. Enumerable.Range(0, instructions).Select(i => user + (ulong)(i * size)), .. Enumerable.Range(0, 3).Select(i => user + 256 + (ulong)(i * size))], program.Items.Select(item => item.Address));
    }

    [Fact]
    public void A_page_is_begun_where_the_source_asks_for_it()
    {
        foreach (var directive in new[] { ".align 4096", ".balign 0x1000", ".p2align 12" })
        {
            var program = Assembled.Program($"first: nop\n{directive}\nsecond: nop\n.align 64\nthird: nop\n");
            Assert.Equal(program.Symbols["first"].Address + 0x1000, program.Symbols["second"].Address);
            Assert.Equal(program.Symbols["second"].Address + 16, program.Symbols["third"].Address);
        }
    }

    [Theory]
    [InlineData("start: nop\n.org start - 16\n nop\n")] // backwards
    [InlineData("start: nop\n.org 0x1\n nop\n")] // no label
    [InlineData(".section .text.other, \"ax\"\nother: nop\n.text\nstart: nop\n.org other + 256\n nop\n")]
    public void What_says_nothing_about_this_code_changes_nothing(string source)
    {
        var program = Assembled.Program(source);
        var text = program.Items.Where(item => item.Section == program.Items[^1].Section || item.Section.Name == ".text").Where(item => item.Section.Name == ".text").ToList();
        Assert.Equal(text[0].Address + 16, text[1].Address);
    }
}
