using System.Text;

namespace EntryGen.Tests.Tool;

/// <summary><c>entrygen lint --fix</c> and <c>--diff</c>.</summary>
public sealed class LintFixTests : IDisposable
{
    private readonly ToolWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Fix_writes_what_diff_prints_and_a_second_time_nothing()
    {
        _workspace.With("a.S", "first:\n\tnop\n\tnop\n\tmovq %rxa, %rbx\t/* why */\n\tret\n");
        var diff = _workspace.Run("lint", "a.S", "--diff");
        Assert.Equal(
            (1, "", "--- a/a.S\n+++ b/a.S\n@@ -1,5 +1,5 @@\n first:\n \tnop\n \tnop\n-\tmovq %rxa, %rbx\t/* why */\n+\tmovq %rax, %rbx\t/* why */\n \tret\n"),
            (diff.ExitCode, diff.Error, diff.Output));
        Assert.Contains("%rxa", Read("a.S"), StringComparison.Ordinal);

        var fixedRun = _workspace.Run("lint", "a.S", "--fix");
        Assert.Equal((0, "a.S: fixed\n"), (fixedRun.ExitCode, fixedRun.Error));
        Assert.StartsWith("nothing found in 1 file", fixedRun.Output, StringComparison.Ordinal);
        Assert.Equal("first:\n\tnop\n\tnop\n\tmovq %rax, %rbx\t/* why */\n\tret\n", Read("a.S"));

        Assert.Equal("", _workspace.Run("lint", "a.S", "--diff").Succeeded().Output);
        _workspace.Run("lint", "a.S", "--fix").Succeeded();
    }

    [Fact]
    public void A_header_is_fixed_too_and_once_for_all_its_units()
    {
        _workspace.With("calling.h", ".macro SAVE\n\tpushq %rbbx\n.endm\n").With("a.S", "#include \"calling.h\"\n\tSAVE\n").With("b.S", "#include \"calling.h\"\n\tSAVE\n\tSAVE\n");
        var run = _workspace.Run("lint", "a.S", "b.S", "--fix");
        Assert.Equal((0, "calling.h: fixed\n"), (run.ExitCode, run.Error));
        Assert.Equal(".macro SAVE\n\tpushq %rbx\n.endm\n", Read("calling.h"));
    }

    [Fact]
    public void Built_headers_are_left_alone()
    {
        _workspace.WithTree().With("headers/include/generated/asm/own.h", "\tmovq %rxa, %rbx\n").With("tree/a.S", "#include <generated/asm/own.h>\n");
        var run = _workspace.Run("lint", "--tree", "tree", "--headers", "headers", "a.S", "--fix");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal("\tmovq %rxa, %rbx\n", Read("headers/include/generated/asm/own.h"));
    }

    [Fact]
    public void Only_what_is_shown_is_fixed()
    {
        _workspace.With("a.S", "#define frob nop\n\tfrobb\n");
        Assert.Equal("", _workspace.Run("lint", "a.S", "--diff", "--rule", "EG2001").Output.Replace("frobb", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Line_ends_the_byte_order_mark_and_other_characters_stay()
    {
        File.WriteAllBytes(Path.Combine(_workspace.Directory, "a.S"), [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("/* häßlich */\r\n\tmovq %rxa, %rbx\r\n")]);
        Assert.Equal(0, _workspace.Run("lint", "a.S", "--fix").ExitCode);
        Assert.Equal([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("/* häßlich */\r\n\tmovq %rax, %rbx\r\n")], File.ReadAllBytes(Path.Combine(_workspace.Directory, "a.S")));
    }

    [Fact]
    public void A_file_that_is_not_UTF_8_is_left_alone()
    {
        byte[] latin = [.. Encoding.Latin1.GetBytes("/* häßlich */\n\tmovq %rxa, %rbx\n")];
        File.WriteAllBytes(Path.Combine(_workspace.Directory, "a.S"), latin);
        Assert.Equal(1, _workspace.Run("lint", "a.S", "--fix").ExitCode);
        Assert.Equal(latin, File.ReadAllBytes(Path.Combine(_workspace.Directory, "a.S")));
    }

    [Fact]
    public void What_cannot_be_written_is_said()
    {
        var file = Path.Combine(_workspace.With("a.S", "\tmovq %rxa, %rbx\n").Directory, "a.S");
        File.SetAttributes(file, FileAttributes.ReadOnly);
        try
        {
            if (CanWriteAnyway(file))
            {
                return; // who runs this may write everything
            }

            var run = _workspace.Run("lint", "a.S", "--fix");
            Assert.Equal((2, ""), (run.ExitCode, run.Output));
            Assert.StartsWith("a.S: cannot be written: ", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.SetAttributes(file, FileAttributes.Normal);
        }
    }

    [Fact]
    public void What_is_left_is_found_after_the_fixes()
    {
        _workspace.With("a.S", "\tmovq %rxa, %rbx\n\tzzyzx\n");
        var run = _workspace.Run("lint", "a.S", "--fix", "--format", "json");
        Assert.Equal("EG0060", Assert.Single(run.Json).GetProperty("rule").GetString());
        Assert.Equal("\tmovq %rax, %rbx\n\tzzyzx\n", Read("a.S"));
    }

    [Fact]
    public void A_diff_is_no_json() =>
        _workspace.With("a.S", "\tret\n").Run("lint", "a.S", "--diff", "--format", "json").RefusedWith("--diff prints a diff: it goes with no other --format than text.");

    private string Read(string file) => File.ReadAllText(Path.Combine(_workspace.Directory, file));

    private static bool CanWriteAnyway(string file)
    {
        try
        {
            using var stream = File.OpenWrite(file);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
