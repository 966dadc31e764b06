using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Rules;

/// <summary>Entries that do the same are analyzed once, and nothing of what is found depends on that.</summary>
public class SimilarEntriesTests
{
    // An exception from user mode or the kernel, as a stub makes one: only its symbol and its C function are its own.
    private const string Macros = """
        .macro	stub name:req, own:req, before, flags=cld
        	.globl	asm_\name
        asm_\name:
        	\before
        	\flags
        	pushq	$-1
        	call	enter
        	movq	%rsp, %rdi
        	call	\own
        	jmp	leave
        .endm
        enter:
        	testb	$3, 24(%rsp)
        	jz	1f
        	swapgs
        1:	ret
        leave:
        	testb	$3, 16(%rsp)
        	jz	1f
        	swapgs
        1:	addq	$8, %rsp
        	iretq

        """;

    [Theory]
    [InlineData("stub exc_bounds exc_bounds", true)]
    [InlineData("stub exc_bounds noist_exc_bounds", false)] // the other calls its own function without a prefix
    [InlineData("stub exc_bounds exc_overflow", true)] // one and the same
    [InlineData("stub exc_bounds exc_divide_error", false)] // neither the same nor its own
    [InlineData("stub exc_bounds panic", false)] // never returns
    [InlineData("stub exc_bounds exc_bounds before=nop", false)]
    [InlineData("stub exc_bounds exc_bounds flags=std", false)]
    [InlineData("stub exc_page_fault exc_page_fault", false)] // the hardware pushes an error code
    [InlineData("stub sysvec_reboot sysvec_reboot", false)] // an interrupt, not an exception
    public void Entries_are_similar_when_only_their_own_function_differs(string other, bool isSimilar)
    {
        var groups = SimilarEntries.Group(Read(Macros + "stub exc_overflow exc_overflow\n" + other + "\n").Entries);
        Assert.Equal(isSimilar ? [2] : [1, 1], groups.Select(group => group.Count));
    }

    [Fact]
    public void A_loop_into_itself_and_shared_code_end_the_comparison()
    {
        var groups = SimilarEntries.Group(Read("""
            .macro	stub name
            	.globl	asm_\name
            asm_\name:
            1:	pause
            	testb	$1, shared(%rip)
            	jnz	1b
            	jz	asm_exc_overflow
            	jmp	out
            .endm
            stub	exc_overflow
            stub	exc_bounds
            out:	iretq
            shared:	.byte	0

            """).Entries);

        // To one the target of the jump is itself, to the other somebody else.
        Assert.Equal([1, 1], groups.Select(group => group.Count));
    }

    [Fact]
    public void What_is_found_in_one_is_found_in_all_with_their_own_names()
    {
        var text = Macros + "stub exc_overflow exc_overflow flags=nop\nstub exc_bounds exc_bounds flags=nop\nstub exc_coproc_error exc_coproc_error\n";
        var found = RuleSet.Check(Read(text)).Where(finding => finding.Id == "EG2009").ToList();
        Assert.Equal(
            [("asm_exc_overflow", "exc_overflow"), ("asm_exc_bounds", "exc_bounds")],
            found.Select(finding => (Assert.Single(finding.Detail!.Entries), finding.Message.Split(' ')[0])));
    }

    [Fact]
    public void What_is_found_in_shared_code_names_all_entries()
    {
        var text = Macros.Replace("leave:", "leave:\n\tcall trace_leave", StringComparison.Ordinal).Replace("flags=cld", "flags=std", StringComparison.Ordinal)
            + "stub exc_overflow exc_overflow\nstub exc_bounds exc_bounds\n";
        var found = RuleSet.Check(Read(text)).Single(finding => finding.Id == "EG2009" && finding.Message.StartsWith("trace_leave", StringComparison.Ordinal));
        Assert.Equal(["asm_exc_bounds", "asm_exc_overflow"], found.Detail!.Entries);
    }

    private static RuleInput Read(string text)
    {
        var listing = AsmReader.Read(new SourceText("test.S", text), new ReaderOptions(), new NoFiles());
        Assert.Empty(listing.Diagnostics);
        var result = ProgramBuilder.Build([new ProgramUnit("test.S", listing, listing.PreprocessorMacros!)], new ProgramOptions());
        Assert.Empty(result.Diagnostics);
        return new RuleInput(result.Program, [listing]);
    }

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
