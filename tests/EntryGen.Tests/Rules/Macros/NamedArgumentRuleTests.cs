namespace EntryGen.Tests.Rules.Macros;

/// <summary>EG1001 and EG1002.</summary>
public class NamedArgumentRuleTests
{
    private const string Macros = """
        .macro SAVE scratch_reg:req save_reg:req
        	mov	%cr3, \scratch_reg
        	mov	\scratch_reg, \save_reg
        .endm
        .macro RESTORE save_reg:req
        	mov	\save_reg, %cr3
        .endm
        .macro PICK text:req, feature
        	\text
        	.ifnb	\feature
        	nop
        	.endif
        .endm
        .macro EACH first:req rest:vararg
        	push	\first
        	.ifnb	\rest
        	nop
        	.endif
        .endm

        """;

    [Theory]
    [InlineData("\tRESTORE save_reg=%rdi\n\tRESTORE %rsi\n", "EG1001 %rsi")]
    [InlineData("\tRESTORE %rsi\n\tRESTORE save_reg=%rdi\n\tRESTORE save_reg=%rdi\n", "EG1001 %rsi")]
    [InlineData("\tSAVE scratch_reg=%rax save_reg=%r14\n\tRESTORE %r14\n", "EG1001 %r14")]
    [InlineData("\tSAVE scratch_reg=%rax save_reg=%r14\n\tSAVE %rax save_reg=%r14\n", "EG1001 %rax")]
    [InlineData("\tSAVE scratch_reg=%rax save_reg=%r14\n\tSAVE %rax, %r14\n", "EG1001 %rax")]
    [InlineData("\tSAVE scratch_reg=%rax save_reg=%r14\n1:\tRESTORE %r14; nop\n", "EG1001 %r14")]
    [InlineData("\tRESTORE save_reg=%rdi\n\tPICK \"nop; RESTORE %rsi\"\n", "EG1001 %rsi")]
    [InlineData("\tRESTORE save_reg=%rdi\n\t.rept 2\n\tRESTORE %rsi\n\t.endr\n", "EG1001 %rsi")]
    [InlineData("\tSAVE %rax %r14\n", "EG1002 SAVE %rax %r14")]
    public void Found(string calls, string expected) => Assert.Equal([expected], MacroRuleHarness.Marks(Macros + calls));

    [Theory]
    [InlineData("\tRESTORE %rdi\n\tRESTORE %rsi\n")]
    [InlineData("\tRESTORE save_reg=%rdi\n")]
    [InlineData("\tSAVE scratch_reg=%rax save_reg=%r14\n\tSAVE save_reg=%r15 scratch_reg=%rcx\n")]
    [InlineData(".macro BOTH save_reg\n\tRESTORE \\save_reg\n.endm\n\tRESTORE save_reg=%rdi\n\tBOTH save_reg=%rsi\n")]
    [InlineData("#define BACK RESTORE %rsi\n\tRESTORE save_reg=%rdi\n\tBACK\n")]
    [InlineData("\tPICK \"nop\", \"nop\"\n\tPICK \"nop\" X\n")]
    [InlineData("\tEACH %rax, %rcx, %rdx\n")]
    [InlineData("\tPICK nop\n")]
    public void Silent(string calls) => Assert.Empty(MacroRuleHarness.Marks(Macros + calls));

    [Theory]
    [InlineData("\tRESTORE save_reg=%rdi\n\tRESTORE %rsi\t# why\n", "\tRESTORE save_reg=%rdi\n\tRESTORE save_reg=%rsi\t# why\n")]
    [InlineData("\tSAVE scratch_reg=%rax save_reg=%r14\n\tSAVE %rax, %r14\n", "\tSAVE scratch_reg=%rax save_reg=%r14\n\tSAVE scratch_reg=%rax, save_reg=%r14\n")]
    [InlineData("\tSAVE %rax, save_reg=%r14\n\tSAVE %rax, %r14\n", "\tSAVE %rax, save_reg=%r14\n\tSAVE %rax, save_reg=%r14\n")]
    [InlineData("\tSAVE save_reg=%r14 scratch_reg=%rcx\n\tSAVE \"%rax\" %r14\n", "\tSAVE save_reg=%r14 scratch_reg=%rcx\n\tSAVE scratch_reg=\"%rax\" save_reg=%r14\n")]
    [InlineData("\tRESTORE save_reg=%rdi\n\tPICK \"nop; RESTORE %rsi\"\n", "\tRESTORE save_reg=%rdi\n\tPICK \"nop; RESTORE save_reg=%rsi\"\n")]
    public void Fixed(string calls, string expected)
    {
        var after = MacroRuleHarness.Fix(Macros + calls);
        Assert.Equal(Macros + expected, after);
        Assert.DoesNotContain(MacroRuleHarness.Marks(after), mark => mark.StartsWith("EG1001", StringComparison.Ordinal));
    }

    [Fact]
    public void The_message_says_what_to_write_and_who_does()
    {
        var found = Assert.Single(MacroRuleHarness.Check(Macros + "\tSAVE scratch_reg=%rax save_reg=%r14\n\tRESTORE %r14\n"));
        Assert.Equal("'%r14' is given to 'RESTORE' by position, while the calls of 'SAVE' name the parameter 'save_reg'; write 'save_reg=%r14'.", found.Message);
    }

    [Fact]
    public void Under_altmacro_names_do_not_exist() => Assert.Empty(MacroRuleHarness.Marks(Macros + "\tPICK text=nop feature=1\n\t.altmacro\n\tPICK <nop>, 2\n"));
}
