namespace EntryGen.Tests.Rules;

/// <summary>EG3016 of a whole unit: what a mitigation's macro leaves when its instruction is taken out.</summary>
public sealed class MissingMitigationTests
{
    [Theory]
    [InlineData("call clear_bhb_loop", "", false)]
    [InlineData("", "jmp 2f", false)]
    [InlineData("", "", true)]
    public void A_choice_between_nothing_and_nothing_asks_for_no_feature(string replacement, string original, bool isMissing)
    {
        var found = RuleHarness.Check($"""
            #define CONFIG_X86_64 1
            #define X86_FEATURE_CLEAR_BHB_LOOP (21*32+1)
            	.globl	entry_SYSCALL_64
            entry_SYSCALL_64:
            140:	{original}
            	.skip	5, 0x90
            141:
            	.pushsection .altinstructions, "a"
            	.long	140b - ., 143f - .
            	.4byte	X86_FEATURE_CLEAR_BHB_LOOP
            	.byte	141b - 140b, 144f - 143f
            	.popsection
            	.pushsection .altinstr_replacement, "ax"
            143:	{replacement}
            144:	.popsection
            2:	ud2

            """).Where(finding => finding.Id == "EG3016").ToList();

        // It is shown at the entry's name.
        Assert.Equal(isMissing ? ["test.S:4:1"] : [], found.Select(finding => finding.Span.ToString()));
    }
}
