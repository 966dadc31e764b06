namespace EntryGen.Tests.Tool;

/// <summary><c>entrygen review</c>: patches read, applied in memory and compared.</summary>
public sealed class ReviewTests : IDisposable
{
    private const string Path = "arch/x86/entry/entry_64.S";

    /// <summary>A system call that does as little as one can, and an interrupt that counts.</summary>
    private const string Code = """
        #include "calling.h"
        	.globl	entry_SYSCALL_64
        entry_SYSCALL_64:
        	swapgs
        	SAVE
        	movq	%gs:(cpu_tss_rw + 20), %rsp
        	swapgs
        	sysretq

        	.globl	asm_sysvec_reschedule_ipi
        asm_sysvec_reschedule_ipi:
        	pushq	%rax
        	popq	%rax
        	iretq

        """;

    private const string Header = """
        .macro SAVE
        	movq	%rsp, %gs:(cpu_tss_rw + 20)
        .endm

        """;

    private readonly ToolWorkspace _workspace = new ToolWorkspace().WithTree().With("tree/" + Path, Code).With("tree/arch/x86/entry/calling.h", Header);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_path_that_gets_shorter_is_told_with_its_counts()
    {
        var review = Review("""
            --- a/arch/x86/entry/entry_64.S
            +++ b/arch/x86/entry/entry_64.S
            @@ -10,5 +10,3 @@
             	.globl	asm_sysvec_reschedule_ipi
             asm_sysvec_reschedule_ipi:
            -	pushq	%rax
            -	popq	%rax
             	iretq
            """).Succeeded();
        Assert.StartsWith(" arch/x86/entry/entry_64.S | +0 -2\n\nFindings: none gained, none lost.\n\nCosts: ", review.Output, StringComparison.Ordinal);
        Assert.Contains("from the kernel; usual features\n", review.Output, StringComparison.Ordinal);
        Assert.Matches(@"\n  asm_sysvec_reschedule_ipi +3 > 1 +0 +0 +7 > 5\n", review.Output);
        Assert.Equal(Code, File.ReadAllText(System.IO.Path.Combine(_workspace.Directory, "tree", Path)));
    }

    [Fact]
    public void A_finding_that_the_patch_brings_is_told_and_changes_the_exit_code()
    {
        var review = Review("""
            From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
            Subject: [PATCH v2 1/2] entry: no need for
             SWAPGS
            ---
             arch/x86/entry/entry_64.S | 1 -

            diff --git a/arch/x86/entry/entry_64.S b/arch/x86/entry/entry_64.S
            --- a/arch/x86/entry/entry_64.S
            +++ b/arch/x86/entry/entry_64.S
            @@ -1,6 +1,5 @@ entry
             #include "calling.h"
             	.globl	entry_SYSCALL_64
             entry_SYSCALL_64:
            -	swapgs
             	SAVE
             	movq	%gs:(cpu_tss_rw + 20), %rsp
            -- 
            2.40.0
            """);
        Assert.Equal((1, ""), (review.ExitCode, review.Error));
        Assert.StartsWith("entry: no need for SWAPGS\n arch/x86/entry/entry_64.S | +0 -1\n\nFindings that the patch brings:\n", review.Output, StringComparison.Ordinal);
        Assert.Contains("warning: 'cpu_tss_rw' is accessed through the user's GS base", review.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_stay_the_same_ones_when_their_lines_move()
    {
        var wrong = Code.Replace("entry_SYSCALL_64:\n\tswapgs\n", "entry_SYSCALL_64:\n", StringComparison.Ordinal);
        var review = _workspace.With("tree/" + Path, wrong).With("p", """
            --- a/arch/x86/entry/entry_64.S
            +++ b/arch/x86/entry/entry_64.S
            @@ -1,2 +1,4 @@
            +/* moves
            +   everything */
             #include "calling.h"
             	.globl	entry_SYSCALL_64
            """);
        Assert.Contains("Findings: none gained, none lost.\n\nCosts: all ", Run(review).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_mails_of_one_mailbox_are_applied_one_after_the_other()
    {
        var json = Run(_workspace.With("p", """
            --- a/arch/x86/entry/calling.h
            +++ b/arch/x86/entry/calling.h
            @@ -1,3 +1,4 @@
             .macro SAVE
             	movq	%rsp, %gs:(cpu_tss_rw + 20)
            +	nop
             .endm
            --- a/arch/x86/entry/calling.h
            +++ b/arch/x86/entry/calling.h
            @@ -2,3 +2,4 @@
             	movq	%rsp, %gs:(cpu_tss_rw + 20)
             	nop
            +	nop
             .endm
            """), "--format", "json", "--features", "").Json;
        var cost = Assert.Single(json, line => line.GetProperty("kind").GetString() == "cost");
        Assert.Equal(("entry_SYSCALL_64", "user mode"), (cost.GetProperty("entry").GetString(), cost.GetProperty("from").GetString()));
        Assert.Equal(2, cost.GetProperty("after").GetProperty("instructions").GetInt32() - cost.GetProperty("before").GetProperty("instructions").GetInt32());
    }

    [Fact]
    public void New_deleted_and_renamed_files_are_followed()
    {
        var review = Run(_workspace.With("p", """
            diff --git a/arch/x86/entry/calling.h b/arch/x86/entry/saving.h
            similarity index 100%
            rename from arch/x86/entry/calling.h
            rename to arch/x86/entry/saving.h
            diff --git a/arch/x86/entry/calling.h b/arch/x86/entry/calling.h
            new file mode 100644
            --- /dev/null
            +++ b/arch/x86/entry/calling.h
            @@ -0,0 +1 @@
            +#include "saving.h"
            """));
        Assert.Contains("Costs: all ", review.Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_moved_and_lost_tabs_are_found_and_said()
    {
        var moved = Review("""
            --- a/arch/x86/entry/entry_64.S
            +++ b/arch/x86/entry/entry_64.S
            @@ -107,4 +107,3 @@
             	swapgs
             	sysretq

            -	.globl	asm_sysvec_reschedule_ipi
            """).Succeeded();
        Assert.Contains(" note: p:3:1: hunk 1 of arch/x86/entry/entry_64.S applies at line 7 instead of 107.\n", moved.Output, StringComparison.Ordinal);
        var blanks = Review("""
            --- a/arch/x86/entry/entry_64.S 2020-01-01 00:00:00.0 +0000
            +++ b/arch/x86/entry/entry_64.S 2020-01-01 00:00:00.0 +0000
            @@ -7,4 +7,3 @@
              swapgs
              sysretq

            - .globl asm_sysvec_reschedule_ipi
            """).Succeeded();
        Assert.Contains("applies only when blanks and tabs are taken for the same.\n", blanks.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_the_entry_code_does_not_read_are_named() => Assert.Contains(
        " mm/far.c | +1 -0   (not read by this entry code; nothing is said of it)\n",
        Review("--- /dev/null\n+++ b/mm/far.c\n@@ -0,0 +1 @@\n+int far;\n").Succeeded().Output,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Hello\n", "p:1:1: there is no unified diff in it: no '--- a/FILE' and '+++ b/FILE' lines with hunks behind them.")]
    [InlineData("> --- a/x\n> +++ b/x\n> @@ -1 +1 @@\n", "p:1:1: the only diff in it is a quoted one, and replies cut diffs up; give the patch itself.")]
    [InlineData("--- a/arch/none.S\n+++ b/arch/none.S\n@@ -1 +1 @@\n-a\n+b\n", "p:1:1: the tree has no arch/none.S, which the patch changes: is it for another version, or made somewhere below the tree's root?")]
    [InlineData("--- a/../../etc/x\n+++ b/../../etc/x\n@@ -1 +1 @@\n-a\n+b\n", "p:1:1: ../../etc/x is not in the tree.")]
    [InlineData("--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@ -1,3 +1,2 @@\n .macro SAVE\n", "p:3:1: the patch is damaged: a line of a hunk starts with ' ', '+' or '-'.", "x\n")]
    [InlineData("--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@ -1,9 +1,9 @@\n .macro SAVE", "p:3:1: the patch is damaged: the patch ends inside this hunk, 8 lines before its end.")]
    [InlineData("--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@ -1,99999999999 +1 @@\n", "p:3:1: the patch is damaged: 99999999999 is no line number.")]
    [InlineData(
        "--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@ -1,3 +1,2 @@\n .macro SAVE\n-\tmovq\t%rbp, %gs:(cpu_tss_rw + 20)\n .endm\n",
        "p:3:1: hunk 1 of arch/x86/entry/calling.h does not apply: line 2 should be 'movq\t%rbp, %gs:(cpu_tss_rw + 20)' and is 'movq\t%rsp, %gs:(cpu_tss_rw + 20)'.")]
    [InlineData(
        "--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@ -1,2 +1,2 @@\n-.macro OLD\n+.macro SAVE\n \tmovq\t%rsp, %gs:(cpu_tss_rw + 20)\n",
        "p:3:1: hunk 1 of arch/x86/entry/calling.h does not apply: what it makes is there already, at line 1.")]
    [InlineData(
        "--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@ -1,1 +1,1 @@\n-foo\n+bar\n",
        "p:3:1: hunk 1 of arch/x86/entry/calling.h does not apply: none of the lines that it expects are in the file: is the patch for another version?")]
    public void What_cannot_be_applied_is_refused_with_the_reason(string patch, string message, string more = "")
    {
        // A count that does not fit: the header says two new lines and three old ones, and there is one more that is neither.
        Run(_workspace.With("p", patch + more)).RefusedWith(more.Length == 0 ? message : message.Replace("p:3", "p:5", StringComparison.Ordinal));
    }

    [Fact]
    public void The_tree_is_needed() => _workspace.With("p", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n").Run("review", "--patch", "p").RefusedWith("--tree is needed: the kernel source tree.");

    private ToolResult Review(string patch) => Run(_workspace.With("p", patch.TrimEnd('\n') + "\n"));

    private static ToolResult Run(ToolWorkspace workspace, params string[] more) => workspace.Run(["review", "--tree", "tree", "--headers", "headers", "--patch", "p", .. more]);
}
