namespace EntryGen.Tests.Tool;

/// <summary><c>--user-mapped</c>: another per-CPU variable that the user half of the page tables maps.</summary>
public sealed class UserMappedTests : IDisposable
{
    private const string Text = """
        	.section .entry.text, "ax"
        	.globl	entry_SYSCALL_64
        entry_SYSCALL_64:
        	endbr64
        	swapgs
        	movq	%rsp, %gs:my_scratch
        	movq	%cr3, %rsp
        	andq	$~0x1800, %rsp
        	movq	%rsp, %cr3
        	orq	$0x1800, %rsp
        	movq	%rsp, %cr3
        	movq	%gs:my_scratch, %rsp
        	swapgs
        	sysretq

        """;

    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("e.S", Text);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Lint_trace_and_explore_take_it_for_mapped()
    {
        Assert.Contains("[EG2007]", _workspace.Run("lint", "e.S").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("[EG2007]", _workspace.Run("lint", "e.S", "--user-mapped", "my_scratch").Output, StringComparison.Ordinal);

        Assert.EndsWith("\"stop\":\"shutdown\"}}\n", _workspace.Run("trace", "entry_SYSCALL_64", "e.S", "--format", "json").Output, StringComparison.Ordinal);
        Assert.EndsWith("\"stop\":\"returned to user mode\"}}\n", _workspace.Run("trace", "entry_SYSCALL_64", "e.S", "--format", "json", "--user-mapped", "my_scratch").Succeeded().Output, StringComparison.Ordinal);

        string[] explore = ["explore", "entry_SYSCALL_64", "e.S", "--property", "no-fault"];
        var broken = _workspace.Run(explore);
        Assert.Equal(1, broken.ExitCode);
        Assert.Equal(0, _workspace.Run([.. explore, "--user-mapped", "my_scratch"]).ExitCode);
    }

    [Fact]
    public void The_token_of_a_run_holds_it()
    {
        // Mapped, the code comes as far as C code would be: on to a register that is not as it was.
        _workspace.With("bad.S", Text.Replace("\tswapgs\n\tsysretq", "\txorl\t%ebx, %ebx\n\tswapgs\n\tsysretq", StringComparison.Ordinal));
        var result = _workspace.Run("explore", "entry_SYSCALL_64", "bad.S", "--property", "registers", "--user-mapped", "my_scratch");
        Assert.Equal(1, result.ExitCode);
        var token = result.Output.TrimEnd().Split(' ')[^1];
        Assert.Contains("registers is violated", _workspace.Run("trace", "--replay", token).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Review_takes_it_for_mapped_in_both_versions()
    {
        _workspace.WithTree().With("tree/e.S", Text.Replace("my_scratch", "cpu_tss_rw + 4", StringComparison.Ordinal)).With("p", """
            --- a/e.S
            +++ b/e.S
            @@ -5,2 +5,2 @@
             	swapgs
            -	movq	%rsp, %gs:cpu_tss_rw + 4
            +	movq	%rsp, %gs:my_scratch
            @@ -11,3 +11,3 @@
             	movq	%rsp, %cr3
            -	movq	%gs:cpu_tss_rw + 4, %rsp
            +	movq	%gs:my_scratch, %rsp
             	swapgs

            """);
        string[] review = ["review", "--tree", "tree", "--headers", "headers", "--patch", "p", "tree/e.S"];
        var broken = _workspace.Run(review);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("[EG2007]", broken.Output, StringComparison.Ordinal);
        var mapped = _workspace.Run([.. review, "--user-mapped", "my_scratch"]).Succeeded().Output;
        Assert.Contains("Findings: none gained, none lost.", mapped, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lint", "e.S")]
    [InlineData("trace", "entry_SYSCALL_64", "e.S")]
    [InlineData("explore", "entry_SYSCALL_64", "e.S")]
    public void A_name_that_no_code_uses_is_one_message(params string[] call) =>
        _workspace.Run([.. call, "--user-mapped", "my_scrach"]).RefusedWith("--user-mapped my_scrach: no code here accesses a per-CPU variable of this name. Did you mean 'my_scratch'?");
}
