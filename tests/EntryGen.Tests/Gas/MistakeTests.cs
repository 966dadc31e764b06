using EntryGen.Asm.Gas;
using static EntryGen.Tests.Gas.GasHarness;

namespace EntryGen.Tests.Gas;

/// <summary>One mistake gives one message on the characters meant, and everything after it is still read.</summary>
public class MistakeTests
{
    private const string Define = ".macro M first second:req third=3\n nop\n.endm\n";

    [Theory]
    [InlineData(".macro M\nnop", "EG0030 .macro M")]
    [InlineData(".rept 3\nnop", "EG0030 .rept 3")]
    [InlineData(".irp r, a\nnop", "EG0030 .irp r, a")]
    [InlineData(".if 1\nnop", "EG0031 .if 1")]
    [InlineData(".if 0\nnop", "EG0031 .if 0")]
    [InlineData(".endm", "EG0032 .endm")]
    [InlineData("nop; .endr", "EG0032 .endr")]
    [InlineData(".exitm", "EG0032 .exitm")]
    [InlineData(".endif", "EG0033 .endif")]
    [InlineData(".else", "EG0033 .else")]
    [InlineData(".elseif 1", "EG0033 .elseif 1")]
    [InlineData(".if 1\n.else\n.else\n.endif", "EG0033 .else")]
    [InlineData(".popsection", "EG0034 .popsection")]
    [InlineData(".previous", "EG0034 .previous")]
    [InlineData(Define + "M second=1 thrd=2", "EG0035 thrd")]
    [InlineData(Define + "M 1", "EG0036 1")]
    [InlineData(Define + "M first=%rax", "EG0036 first=%rax")]
    [InlineData(Define + "M 1 2 3 4", "EG0037 4")]
    [InlineData(Define + "M second=1 %rax", "EG0038 %rax")]
    [InlineData(Define + "M second=1 second=2", "EG0039 second")]
    [InlineData(Define + "M 1 == 2", "EG0049 1 =")]
    [InlineData(".macro\n.endm", "EG0040 .macro")]
    [InlineData(".macro N (a)\n.endm", "EG0040 (")]
    [InlineData(".macro N a a\n.endm", "EG0040 a")]
    [InlineData(".macro N a:rq\n.endm", "EG0040 rq")]
    [InlineData(".irp\n.endr", "EG0040 .irp")]
    [InlineData(Define + ".macro m\n.endm", "EG0041 m")]
    [InlineData(".macro .byte\n.endm", "EG0041 .byte")]
    [InlineData(".if 1 +\n.endif", "EG0043 +")]
    [InlineData(".if (1\n.endif", "EG0043 1")]
    [InlineData(".if 1 2\n.endif", "EG0043 2")]
    [InlineData(".if\n.endif", "EG0043 .if")]
    [InlineData("x = 5 5", "EG0043 5")]
    [InlineData(".set x, )", "EG0043 )")]
    [InlineData(".if label\n.endif\nlabel:", "EG0044 label")]
    [InlineData("a: jmp a; b: .if b - a\n.endif", "EG0044 b - a")]
    [InlineData("a: .data; b: .if b - a\n.endif", "EG0044 b - a")]
    [InlineData(".if %rax\n.endif", "EG0044 %rax")]
    [InlineData(".macro m a\n.if \\a == 1\nnop\n.endif\n.endm\nm", "EG0043 == 1")]
    [InlineData(".if %rxa == %rax\n.endif", "EG0043 %rxa")]
    [InlineData(".byte 1 2", "EG0049 2")]
    [InlineData(".type f, @fuction", "EG0049 @fuction")]
    [InlineData(".section .a, \"az\"", "EG0049 az")]
    [InlineData(".section .a, ax", "EG0049 ax")]
    [InlineData(".balign 3", "EG0049 3")]
    [InlineData(".rept count\nnop\n.endr", "EG0044 count")]
    [InlineData(".rept -1\nnop\n.endr", "EG0044 -1")]
    [InlineData("a: nop\na: nop", "EG0046 a")]
    [InlineData("a: nop\na = 5", "EG0046 a")]
    [InlineData(".equiv a, 1\n.equiv a, 2", "EG0046 a")]
    [InlineData("  .bite 1", "EG0047 .bite")]
    [InlineData(".include \"x.inc\"", "EG0048 .include \"x.inc\"")]
    [InlineData(".incbin \"x\"", "EG0048 .incbin \"x\"")]
    [InlineData(".att_syntax noprefix", "EG0048 .att_syntax noprefix")]
    [InlineData(".intel_syntax noprefix", "EG0048 .intel_syntax noprefix")]
    [InlineData("  %rax", "EG0049 %rax")]
    [InlineData("1 nop", "EG0049 1 nop")]
    [InlineData("1x: nop", "EG0049 1x")]
    [InlineData(".ascii \"open", "EG0049 .ascii \"open")]
    [InlineData(".set x 5", "EG0049 5")]
    [InlineData(".globl 5", "EG0049 5")]
    [InlineData(".section", "EG0049 .section")]
    [InlineData(".ifc a\n.endif", "EG0049 a")]
    [InlineData(".ifeqs a, b\n.endif", "EG0049 a, b")]
    [InlineData(".ifdef a b\n.endif", "EG0049 b")]
    [InlineData(".purgem M", "EG0049 M")]
    [InlineData(".error \"this is wrong\"", "EG0050 .error \"this is wrong\"")]
    [InlineData(".err", "EG0050 .err")]
    [InlineData(".warning \"look\"", "EG0051 .warning \"look\"")]
    public void A_mistake_is_underlined_once(string text, string mistake) => Assert.Equal([mistake], Mistakes(text));

    [Theory]
    [InlineData(".bite 1")]
    [InlineData(".if 1 +\n.endif")]
    [InlineData(".popsection")]
    [InlineData("a: a:")]
    [InlineData(Define + "M")]
    [InlineData(".macro N a a\n.endm")]
    [InlineData(".ascii \"open")]
    [InlineData(".macro R\nR\n.endm\nR")]
    [InlineData(".rept x\nbad\n.endr")]
    public void What_follows_a_mistake_is_read(string text)
    {
        var listing = Assemble(text + "\nafter: sti");
        Assert.Single(listing.Diagnostics);
        Assert.Equal("sti", listing.Statements[^1].Name);
        Assert.NotNull(listing.Symbols.FindLabel("after"));
    }

    [Theory]
    [InlineData("  .bite 1", "'.byte'")]
    [InlineData(Define + "M second=1 thrd=2", "'third'")]
    [InlineData("PAGE_SIZE = 1\n.rept PAGE_SZIE\n.endr", "'PAGE_SIZE'")]
    [InlineData(Define + ".purgem N", "'m'")]
    public void The_nearest_name_is_suggested(string text, string name) =>
        Assert.Contains($"Did you mean {name}?", Assert.Single(Assemble(text).Diagnostics).Message, StringComparison.Ordinal);

    [Fact]
    public void A_macro_without_end_ends_where_the_next_begins()
    {
        var listing = Assemble(".macro FIRST\n nop\n.macro SECOND\n sti\n.endm\n SECOND\n FIRST");
        Assert.Equal("EG0030", Assert.Single(listing.Diagnostics).Id);
        Assert.Equal(["sti", "nop"], listing.Statements.Select(statement => statement.Name));
    }

    [Fact]
    public void A_mistake_in_a_macro_tells_the_calls_it_came_through()
    {
        var listing = Assemble(".macro INNER reg\n .bite \\reg\n.endm\n.macro OUTER\n INNER 5\n.endm\n OUTER");
        var mistake = Assert.Single(listing.Diagnostics);
        Assert.Equal((2, 2), (mistake.Span!.Value.Line, mistake.Span.Value.Column));
        Assert.Equal(["OUTER", "INNER"], mistake.Frame!.OutermostFirst().Select(frame => frame.Name));
        Assert.Equal([7, 5], mistake.Frame.OutermostFirst().Select(frame => frame.CallSite!.Value.Line));
    }

    [Fact]
    public void A_mistake_in_an_argument_points_at_the_argument()
    {
        var mistake = Assert.Single(Assemble(".macro IF condition\n.if \\condition\n.endif\n.endm\n IF \"1 +\"").Diagnostics);
        Assert.Equal(5, mistake.Span!.Value.Line);
    }

    [Fact]
    public void A_conditional_left_open_in_a_macro_is_closed_with_it()
    {
        var listing = Assemble(".macro OPEN\n.if 0\n.endm\n OPEN\n nop");
        var mistake = Assert.Single(listing.Diagnostics);
        Assert.Equal(("EG0031", 2), (mistake.Id, mistake.Span!.Value.Line));
        Assert.Equal("OPEN", mistake.Frame!.Name);
        Assert.Equal("nop", Assert.Single(listing.Statements).Name);
    }

    [Fact]
    public void Reading_ends_after_too_many_mistakes()
    {
        var listing = Assemble(string.Concat(Enumerable.Repeat(".bite 1\n", 1000)), new AssemblerOptions { MaxDiagnostics = 10 });
        Assert.Equal(11, listing.Diagnostics.Count);
        Assert.Equal("EG0052", listing.Diagnostics[^1].Id);
    }

    [Fact]
    public void Every_error_has_its_own_number_between_30_and_59()
    {
        var descriptors = typeof(EntryGen.Asm.Diagnostics.AssemblerDiagnostics).GetFields()
            .Select(field => (EntryGen.Asm.Diagnostics.AsmDiagnosticDescriptor)field.GetValue(null)!).ToList();
        Assert.Equal(descriptors.Count, descriptors.Select(descriptor => descriptor.Id).Distinct().Count());
        Assert.All(descriptors, descriptor => Assert.InRange(int.Parse(descriptor.Id[2..], System.Globalization.CultureInfo.InvariantCulture), 30, 59));
    }
}
