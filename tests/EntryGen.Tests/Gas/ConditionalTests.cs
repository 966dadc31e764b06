using static EntryGen.Tests.Gas.GasHarness;

namespace EntryGen.Tests.Gas;

public class ConditionalTests
{
    [Theory]
    [InlineData(".if 1", true)]
    [InlineData(".if 0", false)]
    [InlineData(".if -1", true)]
    [InlineData(".if %rsp == %RSP", true)]
    [InlineData(".if %rsp == %rbp", false)]
    [InlineData(".if %rsp != %rbp", true)]
    [InlineData(".ifeq 0", true)]
    [InlineData(".ifne 0", false)]
    [InlineData(".ifgt 1", true)]
    [InlineData(".ifge 0", true)]
    [InlineData(".iflt 0", false)]
    [InlineData(".ifle 0", true)]
    [InlineData(".ifb", true)]
    [InlineData(".ifnb", false)]
    [InlineData(".ifnb x", true)]
    [InlineData(".ifc a b,a  b", true)]
    [InlineData(".ifc a,A", false)]
    [InlineData(".ifnc a , b", true)]
    [InlineData(".ifeqs \"a b\", \"a b\"", true)]
    [InlineData(".ifnes \"a\", \"b\"", true)]
    [InlineData(".ifdef label", true)]
    [InlineData(".ifdef symbol", true)]
    [InlineData(".ifdef other", false)]
    [InlineData(".ifndef other", true)]
    [InlineData(".ifnotdef label", false)]
    [InlineData(".IF 1", true)]
    public void Conditions(string condition, bool taken) =>
        Assert.Equal(taken ? "yes" : "no", Expand($"label: symbol = 1\n.pushsection x\n{condition}\nyes\n.else\nno\n.endif").Split('\n')[^1]);

    [Theory]
    [InlineData("1", "first")]
    [InlineData("2", "second")]
    [InlineData("3", "rest")]
    public void Only_one_branch_is_taken(string value, string branch) => Assert.Equal(
        branch,
        Expand($".macro M v\n.if \\v == 1\nfirst\n.elseif \\v == 2\nsecond\n.elseif \\v == 2\nthird\n.else\nrest\n.endif\n.endm\nM {value}"));

    [Fact]
    public void Skipped_text_is_not_looked_at() => Assert.Equal(
        "nop",
        Expand(".if 0\n.error \"no\"\n.if undefined + (\n.elseif )\n.else\n.endif\nM 1 2 3\n.unknown\n\"open\n.else\nnop\n.endif"));

    [Fact]
    public void A_label_hides_a_conditional_in_skipped_text() =>
        Assert.Equal("nop", Expand(".if 0\nx: .endif\n.endif\nnop"));

    [Fact]
    public void A_macro_may_close_what_its_caller_opened() =>
        Assert.Equal("nop\ncli", Expand(".macro END\n.endif\n.endm\n.if 1\nnop\nEND\ncli"));

    [Fact]
    public void A_comparison_with_an_undefined_symbol_is_false_with_a_warning()
    {
        var listing = Assemble("PAGE_SIZE = 4096\n.if PAGE_SIZ == 4096\nnop\n.endif");
        var warning = Assert.Single(listing.Diagnostics);
        Assert.Equal("EG0045", warning.Id);
        Assert.Equal("PAGE_SIZ", Underlined(warning));
        Assert.Contains("'PAGE_SIZE'", warning.Message, StringComparison.Ordinal);
        Assert.Single(listing.Statements);
    }
}
