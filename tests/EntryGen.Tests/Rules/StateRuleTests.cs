using EntryGen.Asm.Diagnostics;
using EntryGen.Testing;
using static EntryGen.Tests.Rules.RuleHarness;

namespace EntryGen.Tests.Rules;

/// <summary>The rules about CR3, the GS base, stacks and registers, on small entries with the kernel's names.</summary>
public class StateRuleTests
{
    public static TheoryData<string> Ids => [.. typeof(StateDiagnostics).GetFields().Select(rule => ((AsmDiagnosticDescriptor)rule.GetValue(null)!).Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_example_of_a_page_shows_the_rule_and_the_fix_nothing(string id)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "rules", id + ".md"));
        var blocks = page.Split("```asm\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.Equal([id], Ids(blocks[0]));
        Assert.Empty(Ids(blocks[1]));

        // What files must ask for is asked for by its own page only.
        IEnumerable<string> Ids(string text) => Check(text).Where(found => !found.Descriptor.IsOptInForFiles || found.Id == id).Select(found => found.Id).Distinct();
    }

    [Fact]
    public void A_finding_says_from_where_with_which_features_and_on_which_path()
    {
        var found = Assert.Single(Check("""
            	.globl	entry_SYSCALL_64
            entry_SYSCALL_64:
            	swapgs
            	testl	%eax, %eax
            	jz	1f
            	swapgs
            1:
            	movq	%rsp, %gs:cpu_tss_rw
            	ud2
            """));
        Assert.Equal(StateDiagnostics.PerCpuWithUserGs, found.Descriptor);
        Assert.Equal(8, found.Span!.Value.Line);
        Assert.Equal(["entry_SYSCALL_64"], found.Detail!.Entries);
        Assert.Equal("any", found.Detail.Features);
        Assert.StartsWith("entry_SYSCALL_64 from user mode: ", found.Detail.Path[0].Text, StringComparison.Ordinal);
        Assert.Equal(8, found.Detail.Path[^1].Span!.Value.Line);
    }

    [Fact]
    public void A_feature_that_makes_the_difference_is_named()
    {
        var found = Assert.Single(Check("""
            #define X86_FEATURE_SMAP (9*32+20)
            	.globl	entry_SYSCALL_64
            entry_SYSCALL_64:
            140:	nop; nop; nop
            142:
            	.pushsection .altinstructions, "a"
            	.long	140b - ., 143f - .
            	.4byte	X86_FEATURE_SMAP
            	.byte	142b - 140b, 144f - 143f
            	.popsection
            	.pushsection .altinstr_replacement, "ax"
            143:	swapgs
            144:
            	.popsection
            	movq	%rsp, %gs:cpu_tss_rw
            	ud2
            """));
        Assert.Equal((StateDiagnostics.PerCpuWithUserGs, "!SMAP"), (found.Descriptor, found.Detail!.Features));
    }

    [Fact]
    public void Code_without_an_entry_is_not_judged() => Assert.Empty(Check("\t.globl helper\nhelper:\n\tmovq %rax, %gs:cpu_tss_rw\n\tret\n"));
}
