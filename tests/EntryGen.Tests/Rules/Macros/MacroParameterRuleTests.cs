namespace EntryGen.Tests.Rules.Macros;

/// <summary>EG1003 and EG1004.</summary>
public class MacroParameterRuleTests
{
    [Theory]
    [InlineData(".macro M used unused\n\tmov \\used, %rax\n.endm\n", "EG1003 unused")]
    [InlineData(".macro M reg reg2=%rax\n\tmov \\reg, %rax\n.endm\n", "EG1003 reg2")]
    [InlineData(".macro M reg\n\t.ifnb \\reg\n\tmov \\regg, %rax\n\t.endif\n.endm\n", "EG1004 regg")]
    [InlineData(".macro M reg\n\tnop /* \\reg */\n\t.irp r, %rax\n\tpush \\s\n\t.endr\n.endm\n", "EG1003 reg|EG1004 s")]
    public void Found(string text, string expected) => Assert.Equal(expected.Split('|'), MacroRuleHarness.Marks(text));

    [Theory]
    [InlineData(".macro M unused\n.endm\n")]
    [InlineData(".macro M reg\n\tpush \\reg\\()\n.Lend_\\@:\n.endm\n")]
    [InlineData(".macro M reg\n\t.irp r, %rax, \\reg\n\tpush \\r\n\t.endr\n\t.irpc c, ab\n\tpush %r\\c\\()x\n\t.endr\n.endm\n")]
    [InlineData(".macro M name\n\t.macro \\name inner:req other=%rax\n\tmov \\inner, \\other\n\t.endm\n.endm\n")]
    [InlineData(".macro M text\n\t.ascii \"\\text\\n\\t\\033\\\\x\"\n.endm\n")]
    [InlineData(".altmacro\n.macro M reg\n\tpush reg\n.endm\n")]
    public void Silent(string text) => Assert.Empty(MacroRuleHarness.Marks(text));

    [Fact]
    public void A_near_name_is_suggested() =>
        Assert.Equal(".macro M save_reg\n\tpush \\save_reg\n.endm\n", MacroRuleHarness.Fix(".macro M save_reg\n\tpush \\sav_reg\n.endm\n"));
}
