using System.Text.RegularExpressions;
using EntryGen.Tool;

namespace EntryGen.OracleTests.Tool;

/// <summary><c>entrygen review</c> on the question of the first system: may a paranoid exit skip the CR3 write? The patches are made here from the tree's own text.</summary>
public sealed class ReviewTests : IDisposable
{
    private const string Header = "arch/x86/entry/calling.h";

    private readonly string _directory = Directory.CreateTempSubdirectory("entrygen-review-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [KernelFact]
    public void Skipping_the_write_when_the_kernels_CR3_was_saved_costs_less_and_breaks_nothing()
    {
        var (code, output) = Review("6.1", SkipKernel);
        Assert.Equal(0, code);
        Assert.Contains("Findings: none gained, none lost.", output, StringComparison.Ordinal);
        Assert.Matches(@"from the kernel; usual features\n(.*\n)*?  asm_exc_debug, asm_exc_machine_check +\d+ > \d+ +1 > 0 +0 ", output);
        Assert.DoesNotContain("changed: CR3", output, StringComparison.Ordinal);
        Assert.Contains("of the paths that change; 10 more were not explored:\n  as before.\n", output, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Skipping_it_when_the_users_was_saved_loses_the_users_CR3()
    {
        var (code, output) = Review("6.1", macro => Once(SkipKernel(macro), "\tmovq\t\\save_reg, %cr3\n", ""));
        Assert.Equal(1, code);
        Assert.Contains(" [EG2005]", output, StringComparison.Ordinal);
        Assert.Contains("    after:  returned to kernel mode, changed: CR3", output, StringComparison.Ordinal);
        Assert.Contains("  asm_exc_nmi from the kernel with user CR3; usual features:\n    P1.1 P1.4: holds before, is violated after\n", output, StringComparison.Ordinal);
        Assert.Contains("\nP1.1 is violated: when an entry returns, CR3 holds what the interrupted code had", output, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_patch_for_another_version_says_which_hunk_and_why()
    {
        var patch = Patch("6.1", SkipKernel);
        var (code, output) = Run("6.12", patch);
        Assert.Equal(2, code);
        Assert.Matches(@"change\.patch:3:1: hunk 1 of arch/x86/entry/calling\.h does not apply: line \d+ should be '.*' and is '.*'\.", output);
    }

    /// <summary>What the patch of 2023 does to the macro of 6.1: nothing is written when the kernel's CR3 was saved.</summary>
    private static string SkipKernel(string macro)
    {
        const string untagged = "\tALTERNATIVE \"jmp .Lwrcr3_\\@\", \"\", X86_FEATURE_PCID\n\n";
        macro = Once(macro, untagged, "");
        macro = Once(macro, "jnc\t.Lnoflush_\\@", "jnc\t.Lend_\\@");
        return Once(macro, "\tmovq\t\\save_reg, \\scratch_reg\n", untagged + "\tmovq\t\\save_reg, \\scratch_reg\n");
    }

    private (int Code, string Output) Review(string version, Func<string, string> change) => Run(version, Patch(version, change));

    private (int Code, string Output) Run(string version, string patch)
    {
        using var output = new StringWriter();
        File.WriteAllText(Path.Combine(_directory, "change.patch"), patch);
        var code = CommandLine.Run(["review", "--tree", KernelTrees.Tree(version), "--headers", KernelTrees.Headers(version), "--patch", "change.patch"], output, output, _directory);
        return (code, output.ToString());
    }

    /// <summary>A patch of one hunk: the whole of RESTORE_CR3 goes, another one comes.</summary>
    private static string Patch(string version, Func<string, string> change)
    {
        var text = File.ReadAllText(Path.Combine(KernelTrees.Tree(version), Header));
        var macro = Regex.Match(text, @"\.macro RESTORE_CR3(.*\n)*?\.endm\n").Value;
        var (old, after) = (Lines(macro), Lines(change(macro)));
        var line = text[..text.IndexOf(macro, StringComparison.Ordinal)].Count(character => character == '\n') + 1;
        return $"--- a/{Header}\n+++ b/{Header}\n@@ -{line},{old.Length} +{line},{after.Length} @@\n"
            + string.Concat(old.Select(removed => $"-{removed}\n")) + string.Concat(after.Select(added => $"+{added}\n"));
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    private static string Once(string text, string what, string by)
    {
        var place = text.IndexOf(what, StringComparison.Ordinal);
        Assert.True(place >= 0, $"the macro has no '{what}'");
        return string.Concat(text.AsSpan(0, place), by, text.AsSpan(place + what.Length));
    }
}
