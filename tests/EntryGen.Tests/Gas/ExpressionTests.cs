using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Gas;

public class ExpressionTests
{
    [Theory]
    [InlineData("4 - 1 & 1", 3)]
    [InlineData("1 << 2 + 1", 5)]
    [InlineData("3 == 2 + 1", -1)]
    [InlineData("1 == 1 + 1", 0)]
    [InlineData("1 || 0 && 0", 1)]
    [InlineData("5 | 3 & 8", 0)]
    [InlineData("6 ^ 3 & 1", 1)]
    [InlineData("1 ! 2", -3)]
    [InlineData("2 * 3 - 1 | 8", -3)]
    [InlineData("8 - 4 - 2", 2)]
    [InlineData("1 < 2 < 3", -1)]
    [InlineData("1 <> 2", -1)]
    [InlineData("2 >= 3", 0)]
    [InlineData("!0", 1)]
    [InlineData("!7", 0)]
    [InlineData("-~5", 6)]
    [InlineData("- -5", 5)]
    [InlineData("+5", 5)]
    [InlineData("-8 >> 1", 0x7ffffffffffffffc)]
    [InlineData("-7 / 2", -3)]
    [InlineData("-7 % 3", -1)]
    [InlineData("5 / 0", 5)]
    [InlineData("5 % 0", 0)]
    [InlineData("0x8000000000000000 / -1", long.MinValue)]
    [InlineData("0x8000000000000000 % -1", 0)]
    [InlineData("1 << 64", 0)]
    [InlineData("1 >> -1", 0)]
    [InlineData("0xffffffffffffffff < 1", -1)]
    [InlineData("0b101 + 017 + 0X1f + 10UL", 5 + 15 + 31 + 10)]
    [InlineData("[1 + 2] * (3)", 9)]
    [InlineData("%rax == %RAX", -1)]
    [InlineData("%rax == %rbx", 0)]
    [InlineData("%rax != 4", -1)]
    [InlineData("( % rip ) == %rip", -1)]
    [InlineData("end - start + 1 - (end - start)", 1)]
    [InlineData("abs * 2", 14)]
    public void Constants(string text, long value) => Assert.Equal(ExpressionValue.Constant(value), Evaluate(text));

    [Theory]
    [InlineData("start", "start", null, 0)]
    [InlineData("start + 4 - 2", "start", null, 2)]
    [InlineData("8 + outside", "outside", null, 8)]
    [InlineData("f@PLT", "f@PLT", null, 0)]
    [InlineData("end - start", "end", "start", 0)]
    [InlineData("(end - start) + (start - outside) + 3", "end", "outside", 3)]
    [InlineData("-(end - start)", "start", "end", 0)]
    [InlineData("end - .", "end", ".", 0)]
    [InlineData("1b + 4", "1b", null, 4)]
    [InlineData("1f - 0b", "1f", "0b", 0)]
    [InlineData("alias", "start", null, 8)]
    public void Addresses_stay_symbolic(string text, string added, string? subtracted, long addend)
    {
        var value = Evaluate(text);
        Assert.Equal((added, subtracted, addend), (value.Added?.Name, value.Subtracted?.Name, value.Addend));
    }

    [Theory]
    [InlineData("start * 2")]
    [InlineData("start + end")]
    [InlineData("-start")]
    [InlineData("start < end")]
    [InlineData("start == end")]
    [InlineData("%rax + 1")]
    [InlineData("selfish")]
    public void What_needs_addresses_has_no_value(string text)
    {
        var value = Evaluate(text);
        Assert.Equal(ExpressionValueKind.NotEvaluable, value.Kind);
        Assert.NotNull(value.Error);
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("1 +", 3, 0)]
    [InlineData("(1", 2, 0)]
    [InlineData("(1]", 2, 1)]
    [InlineData("1 2", 2, 1)]
    [InlineData("089", 0, 3)]
    [InlineData("12abc", 0, 5)]
    [InlineData("0x", 0, 2)]
    [InlineData("0x10000000000000000", 0, 19)]
    [InlineData("1 = 2", 2, 1)]
    [InlineData("%", 0, 1)]
    [InlineData("a + ,", 4, 1)]
    public void Errors_name_the_characters(string text, int start, int length)
    {
        Assert.Null(ExpressionParser.Parse(Text(text), out var error));
        Assert.Equal((start, length), (error!.Start, error.Length));
    }

    [Fact]
    public void A_prefix_ends_where_no_operator_follows()
    {
        var text = Text("(3*8 + 1)(%rsp)");
        var position = 0;
        Assert.NotNull(ExpressionParser.ParsePrefix(text, ref position, text.Length, out var error));
        Assert.Null(error);
        Assert.Equal("(%rsp)", text.Text[position..]);
    }

    [Fact]
    public void Deep_and_long_expressions_are_refused_not_overflowed()
    {
        Assert.Null(ExpressionParser.Parse(Text(new string('(', 100_000)), out var nested));
        Assert.Contains("levels", nested!.Message, StringComparison.Ordinal);
        Assert.Null(ExpressionParser.Parse(Text(new string('-', 100_000) + "1"), out var prefixed));
        Assert.Contains("levels", prefixed!.Message, StringComparison.Ordinal);
        Assert.Null(ExpressionParser.Parse(Text("1" + string.Concat(Enumerable.Repeat("+1", 100_000))), out var chained));
        Assert.Contains("operators", chained!.Message, StringComparison.Ordinal);
    }

    private static ExpressionValue Evaluate(string text)
    {
        var listing = GasHarness.Assemble("abs = 7\nalias = start + 8\nselfish == selfish + 1\n0: start: 1: nop\n.pushsection x\n.popsection\nend: 1: ret");
        Assert.Empty(listing.Diagnostics);
        var expression = ExpressionParser.Parse(Text(text), out var error);
        Assert.Null(error);
        return ExpressionEvaluator.Evaluate(expression!, listing.Symbols, listing.Statements.First(statement => statement.Name == "nop"));
    }

    private static TracedText Text(string text) => TracedText.Of(new SourceText("t", text));
}
