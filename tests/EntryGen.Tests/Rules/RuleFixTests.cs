using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;
using EntryGen.Testing;

namespace EntryGen.Tests.Rules;

/// <summary>The fix that a finding carries settles it: made in the example of the rule's page, it leaves nothing of the rule to find.</summary>
public class RuleFixTests
{
    public static TheoryData<string> Ids => ["EG1001", "EG1002", "EG1004", "EG2009", "EG2029"];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_fix_settles_its_finding(string id)
    {
        var before = Example(id);
        var fixes = Check(before).Where(found => found.Id == id).Select(found => found.Fix).OfType<SuggestedFix>().ToList();
        Assert.NotEmpty(fixes);

        var after = SuggestedFixes.Apply(before, SuggestedFixes.Compatible(fixes).SelectMany(fix => fix.Edits));
        Assert.NotEqual(before, after);
        Assert.DoesNotContain(Check(after), found => found.Id == id && found.Fix is not null);
    }

    [Fact]
    public void A_call_that_writes_CR3_changes_places_with_SWAPGS()
    {
        const string Text = """
            .macro SWITCH_TO_KERNEL_CR3 scratch_reg:req
            	movq	%cr3, \scratch_reg
            	andq	$~0x1800, \scratch_reg
            	movq	\scratch_reg, %cr3
            .endm
            	.globl	entry_SYSCALL_64
            entry_SYSCALL_64:
            	SWITCH_TO_KERNEL_CR3 scratch_reg=%rsp	/* no GS yet */
            	swapgs
            	ud2
            """;
        var fix = Assert.Single(Check(Text), found => found.Descriptor == StateDiagnostics.SwitchOrder).Fix;
        var after = SuggestedFixes.Apply(Text, fix!.Edits);
        Assert.Contains("\tswapgs\t/* no GS yet */\n\tSWITCH_TO_KERNEL_CR3 scratch_reg=%rsp\n\tud2", after, StringComparison.Ordinal);
        Assert.Empty(Check(after));
    }

    private static string Example(string id)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "rules", id + ".md"));
        var start = page.IndexOf("```asm\n", StringComparison.Ordinal) + 7;
        return page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static IReadOnlyList<AsmDiagnostic> Check(string text)
    {
        var listing = AsmReader.Read(new SourceText("test.S", text), new ReaderOptions(), new NoFiles());
        Assert.Empty(listing.Diagnostics);
        var result = ProgramBuilder.Build([new ProgramUnit("test.S", listing, listing.PreprocessorMacros!)], new ProgramOptions());
        Assert.Empty(result.Diagnostics);
        return RuleSet.Check(new RuleInput(result.Program, [listing]));
    }

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
