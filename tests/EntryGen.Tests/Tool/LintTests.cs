namespace EntryGen.Tests.Tool;

/// <summary><c>entrygen lint</c>.</summary>
public sealed class LintTests : IDisposable
{
    private const string Wrong = """
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

        """;

    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("wrong.S", Wrong);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Text_shows_place_message_and_when_it_happens()
    {
        var run = _workspace.Run("lint", "wrong.S");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("wrong.S:15:2: warning: EG2001: 'cpu_tss_rw' is accessed through the user's GS base", run.Output, StringComparison.Ordinal);
        Assert.Contains("wrong.S:15:2: note: with features !SMAP, in entry_SYSCALL_64", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("1 finding" + "\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_every_field()
    {
        var found = Assert.Single(_workspace.Run("lint", "wrong.S", "--format", "json").Json);
        Assert.Equal(
            ["rule", "severity", "file", "line", "column", "entry", "features", "message", "path"],
            found.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("EG2001", "warning", "wrong.S", 15, 2), (
            found.GetProperty("rule").GetString(),
            found.GetProperty("severity").GetString(),
            found.GetProperty("file").GetString(),
            found.GetProperty("line").GetInt32(),
            found.GetProperty("column").GetInt32()));
        Assert.Equal(("entry_SYSCALL_64", "!SMAP"), (found.GetProperty("entry").GetString(), found.GetProperty("features").GetString()));
    }

    [Theory]
    [InlineData(0, "--features", "SMAP")]
    [InlineData(1, "--features", "")]
    [InlineData(0, "--rule", "EG2002")]
    [InlineData(1, "--rule", "EG2001")]
    public void Features_and_rules_select(int exitCode, params string[] arguments) => Assert.Equal(exitCode, _workspace.Run(["lint", "wrong.S", .. arguments]).ExitCode);

    [Fact]
    public void Nothing_wrong_is_said_so() =>
        Assert.Equal("nothing found\n", _workspace.With("right.S", "\t.globl f\nf:\tret\n").Run("lint", "right.S").Succeeded().Output);

    [Fact]
    public void Unknown_rule() => _workspace.Run("lint", "wrong.S", "--rule", "EG2099").RefusedWith("--rule: there is no rule 'EG2099'. Did you mean 'EG2009'?");
}
