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

    [Theory]
    [InlineData("a/arch/x86/entry/entry_64.S", "b/arch/x86/entry/entry_64.S")]
    [InlineData("arch/x86/entry/entry_64.S", "arch/x86/entry/entry_64.S")]
    [InlineData("linux.orig/arch/x86/entry/entry_64.S\t2024-01-01 00:00:00.000000000 +0100", "linux/arch/x86/entry/entry_64.S\t2024-01-02 00:00:00.000000000 +0100")]
    [InlineData("/src/a/arch/x86/entry/entry_64.S", "/src/long/b/arch/x86/entry/entry_64.S")]
    [InlineData("arch/x86/entry/entry_64.S.orig", "arch/x86/entry/entry_64.S")]
    [InlineData("arch/x86/entry/entry_64.S", "arch/x86/entry/entry_64.S.new")]
    public void A_file_is_found_however_the_patch_names_it(string old, string changed)
    {
        var review = Review($"--- {old}\n+++ {changed}\n@@ -11,4 +11,2 @@\n asm_sysvec_reschedule_ipi:\n-\tpushq\t%rax\n-\tpopq\t%rax\n \tiretq\n").Succeeded();
        Assert.StartsWith(" arch/x86/entry/entry_64.S | +0 -2\n\n", review.Output, StringComparison.Ordinal);
        Assert.Matches(@"\n  asm_sysvec_reschedule_ipi +3 > 1 +0 +0 +7 > 5\n", review.Output);
    }

    [Fact]
    public void A_patch_and_a_tree_may_have_other_ends_of_lines()
    {
        const string patch = "--- a/arch/x86/entry/entry_64.S\n+++ b/arch/x86/entry/entry_64.S\n@@ -11,4 +11,4 @@\n asm_sysvec_reschedule_ipi:\n-\tpushq\t%rax\n-\tpopq\t%rax\n+\tpushq\t%rcx\n+\tpopq\t%rcx\n \tiretq\n";
        Assert.Contains("Costs: all ", Run(_workspace.With("p", patch.ReplaceLineEndings("\r\n"))).Succeeded().Output, StringComparison.Ordinal);
        _workspace.With("tree/" + Path, Code.ReplaceLineEndings("\r\n"));
        Assert.Contains("Costs: all ", Run(_workspace.With("p", patch)).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("Costs: all ", Run(_workspace.With("p", patch.ReplaceLineEndings("\r\n"))).Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".endm", "-.endm\n\\ No newline at end of file\n+.endm\n", ".endm\n")]
    [InlineData(".endm\n", "-.endm\n+.endm\n\\ No newline at end of file\n", ".endm")]
    [InlineData(".endm", " .endm\n\\ No newline at end of file\n", ".endm")]
    [InlineData(".endm", "-.endm\n\\ No newline at end of file\n+.endm // x\n\\ No newline at end of file\n", ".endm // x")]
    public void A_last_line_without_a_newline_is_followed(string last, string hunk, string expected)
    {
        const string start = ".macro SAVE\n\tmovq\t%rsp, %gs:(cpu_tss_rw + 20)\n";
        var added = hunk.StartsWith(' ') ? "+\tnop\n" : "";
        var patch = $"--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@ -2,2 +2,{(added.Length == 0 ? 2 : 3)} @@\n \tmovq\t%rsp, %gs:(cpu_tss_rw + 20)\n{added}{hunk}";
        _workspace.With("tree/arch/x86/entry/calling.h", start + last).With("p", patch);
        var tree = System.IO.Path.Combine(_workspace.Directory, "tree");
        var patched = EntryGen.Tool.Patches.PatchedTree.Apply(tree, _workspace.Directory, EntryGen.Tool.Patches.PatchReader.Read("p", patch));
        Assert.Equal(start + (added.Length == 0 ? "" : "\tnop\n") + expected, patched.Texts.Single().Value);
        Run(_workspace).Succeeded();
    }

    [Fact]
    public void Copies_modes_and_binaries_are_told_from_renames()
    {
        var review = Run(_workspace.With("p", """
            diff --git a/arch/x86/entry/calling.h b/arch/x86/entry/copied.h
            similarity index 100%
            copy from arch/x86/entry/calling.h
            copy to arch/x86/entry/copied.h
            diff --git a/arch/x86/entry/calling.h b/arch/x86/entry/calling.h
            old mode 100644
            new mode 100755
            diff --git a/arch/x86/entry/empty.h b/arch/x86/entry/empty.h
            new file mode 100644
            index 0000000..e69de29
            diff --git a/Documentation/picture.png b/Documentation/picture.png
            new file mode 100644
            index 0000000..1111111
            GIT binary patch
            literal 3
            Kcmb=J0000000000

            diff --git a/arch/x86/entry/entry_64.S b/arch/x86/entry/entry_64.S
            --- a/arch/x86/entry/entry_64.S
            +++ b/arch/x86/entry/entry_64.S
            @@ -11,4 +11,2 @@
             asm_sysvec_reschedule_ipi:
            -	pushq	%rax
            -	popq	%rax
             	iretq

            """)).Succeeded();
        Assert.StartsWith(
            " arch/x86/entry/copied.h | +0 -0   (not read by this entry code; nothing is said of it)\n arch/x86/entry/calling.h | +0 -0\n arch/x86/entry/empty.h | +0 -0   (not read by this entry code; nothing is said of it)\n"
            + " Documentation/picture.png | +0 -0   (not read by this entry code; nothing is said of it)\n arch/x86/entry/entry_64.S | +0 -2\n"
            + " note: p:11:1: the change to Documentation/picture.png is binary and was left out.\n\n",
            review.Output,
            StringComparison.Ordinal);
        Assert.Matches(@"\n  asm_sysvec_reschedule_ipi +3 > 1 +0 +0 +7 > 5\n", review.Output);
    }

    [Fact]
    public void A_renamed_file_with_changes_is_followed()
    {
        var review = Run(_workspace.With("p", """
            diff --git a/arch/x86/entry/calling.h b/arch/x86/entry/saving.h
            similarity index 80%
            rename from arch/x86/entry/calling.h
            rename to arch/x86/entry/saving.h
            index 1111111..2222222 100644
            --- a/arch/x86/entry/calling.h
            +++ b/arch/x86/entry/saving.h
            @@ -1,3 +1,4 @@
             .macro SAVE
            +	nop
             	movq	%rsp, %gs:(cpu_tss_rw + 20)
             .endm
            diff --git a/arch/x86/entry/entry_64.S b/arch/x86/entry/entry_64.S
            --- a/arch/x86/entry/entry_64.S
            +++ b/arch/x86/entry/entry_64.S
            @@ -1,2 +1,2 @@
            -#include "calling.h"
            +#include "saving.h"
             	.globl	entry_SYSCALL_64

            """)).Succeeded();
        Assert.Matches(@"\n  entry_SYSCALL_64 +5 > 6 ", review.Output);
    }

    [Theory]
    [InlineData("diff --git a/arch/x86/entry/calling.h b/arch/x86/entry/calling.h\ndeleted file mode 100644\n--- a/arch/x86/entry/calling.h\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-.macro SAVE\n", "p:3:1: the patch deletes arch/x86/entry/calling.h, which has more lines in the tree than it removes.")]
    [InlineData("diff --git a/arch/x86/entry/calling.h b/arch/x86/entry/calling.h\ndeleted file mode 100644\n--- a/arch/x86/entry/calling.h\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-.macro SAVE\n-\tmovq\t%rsp, %gs:(cpu_tss_rw + 20)\n-.endm\n", "arch/x86/entry/entry_64.S:1:10: error: 'calling.h'")]
    [InlineData("diff --cc arch/x86/entry/calling.h\nindex 1,2..3\n--- a/arch/x86/entry/calling.h\n+++ b/arch/x86/entry/calling.h\n@@@ -1,3 -1,3 +1,4 @@@\n  .macro SAVE\n", "p:1:1: the diff in it is that of a merge, against both parents; give the diff against one of them.")]
    [InlineData("", "p:1:1: the file is empty.")]
    [InlineData("--- /dev/null\n+++ b/arch/x86/entry/calling.h\n@@ -0,0 +1 @@\n+x\n", "p:1:1: the patch makes arch/x86/entry/calling.h, which the tree has already.")]
    public void What_does_not_fit_the_tree_is_one_message(string patch, string message) => Assert.StartsWith(message, Refused(patch), StringComparison.Ordinal);

    private string Refused(string patch)
    {
        var review = Run(_workspace.With("p", patch));
        Assert.Equal((2, ""), (review.ExitCode, review.Output));
        return review.Error;
    }

    [Fact]
    public void The_tree_is_needed() => _workspace.With("p", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n").Run("review", "--patch", "p").RefusedWith("--tree is needed: the kernel source tree.");

    private ToolResult Review(string patch) => Run(_workspace.With("p", patch.TrimEnd('\n') + "\n"));

    private static ToolResult Run(ToolWorkspace workspace, params string[] more) => workspace.Run(["review", "--tree", "tree", "--headers", "headers", "--patch", "p", .. more]);
}
