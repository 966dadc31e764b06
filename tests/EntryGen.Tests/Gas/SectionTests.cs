using static EntryGen.Tests.Gas.GasHarness;

namespace EntryGen.Tests.Gas;

public class SectionTests
{
    [Theory]
    [InlineData("nop", ".text")]
    [InlineData(".data; nop", ".data")]
    [InlineData(".bss; nop", ".bss")]
    [InlineData(".section .entry.text, \"ax\"; nop", ".entry.text")]
    [InlineData(".section \".export_symbol\",\"a\"; nop", ".export_symbol")]
    [InlineData(".section ___ksymtab+name,\"a\"; nop", "___ksymtab+name")]
    [InlineData(".section .s,\"aMS\",%progbits,1; nop", ".s")]
    [InlineData(".section a; .section b; .previous; nop", "a")]
    [InlineData(".section a; .section b; .previous; .previous; nop", "b")]
    [InlineData(".section a; .pushsection b; .popsection; nop", "a")]
    [InlineData(".section a; .section b; .pushsection c; .section d; .popsection; nop", "b")]
    [InlineData(".section a; .section b; .pushsection c; .section d; .popsection; .previous; nop", "a")]
    [InlineData(".section a; .pushsection b; .pushsection c; .popsection; nop", "b")]
    public void The_current_section(string text, string section) => Assert.Equal(section, Assemble(text).Statements[^1].Section);

    [Fact]
    public void A_section_directive_stands_in_the_section_it_opens() => Assert.Equal(
        ["a", "b", "a"],
        Assemble(".section a\n.pushsection b\n.popsection").Statements.Select(statement => statement.Section));

    [Fact]
    public void Subsections_are_kept()
    {
        var listing = Assemble("nop\n.subsection 2\nnop\n.pushsection .text, 1\nnop\n.popsection\nnop\n.text\nnop");
        Assert.Empty(listing.Diagnostics);
        Assert.Equal([0L, 2L, 1L, 2L, 0L], listing.Statements.Where(statement => statement.Name == "nop").Select(statement => statement.Subsection));
    }
}
