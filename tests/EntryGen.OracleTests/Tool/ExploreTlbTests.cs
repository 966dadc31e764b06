using EntryGen.Tests.Tool;

namespace EntryGen.OracleTests.Tool;

/// <summary>entrygen explore --tlb worst: an entry that comes from user code and goes back with a flush pending, right and wrong.</summary>
public sealed class ExploreTlbTests : IDisposable
{
    private const string Right = """
            btrq %rcx, %gs:user_pcid_flush_mask(%rip)
            jc 1f
            btsq $63, %rax
        1:  orq $0x1800, %rax
            movq %rax, %cr3
        """;

    private static readonly string[] _saved = ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"];

    private readonly ToolWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_flush_that_is_left_to_the_exit_and_done_there_holds()
    {
        var result = Explore(Right);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("TLB          at its worst", result.Output, StringComparison.Ordinal);
        Assert.Contains("tlb          holds within bounds", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("tlb", Run(Right, "--tlb", "bookkeeping").Output, StringComparison.OrdinalIgnoreCase);
    }

    // Each forgets the flush in another way; what the machine may still use is seen where user code runs again.
    [Theory]
    [InlineData("the mask is not looked at", Right, "btsq $63, %rax\n orq $0x1800, %rax\n movq %rax, %cr3", "frame", "P1.2", "tlb")]
    [InlineData("the mask is asked the wrong way round", "jc 1f", "jnc 1f", "frame", "P1.2", "P1.5", "tlb")]
    [InlineData("the bit is cleared and nothing flushed", " jc 1f\n", "", "frame", "P1.2", "P1.5", "tlb")]
    [InlineData("the user's page table under the kernel's PCID", "$0x1800", "$0x1000", "not mapped", "tlb", "cr3-pcid")]
    [InlineData("the kernel's page table under the user's PCID, for one instruction", "1:  orq $0x1800, %rax", "1:  orq $0x800, %rax\n movq %rax, %cr3\n btsq $63, %rax\n orq $0x1000, %rax", "not mapped", "tlb", "cr3-pcid")]
    public void A_forgotten_flush_is_a_translation_that_user_code_may_use(string wrong, string part, string instead, string pageTables, params string[] broken)
    {
        var code = Lines(Right).Replace(Lines(part), Lines(instead), StringComparison.Ordinal);
        Assert.True(code != Lines(Right), wrong);
        var result = Explore(code);
        Assert.Equal(1, result.ExitCode);
        Assert.Matches($@"user code may use a stale translation: 0x[0-9a-f]+ is frame 0x[0-9a-f]+ in the TLB, {pageTables}.* in the page tables", result.Output);
        Assert.Equal(broken.Order(), Verdicts(result.Output, "violated").Order());
        AssertReplays(result.Output);
    }

    // After the switch the entry uses a variable that the user half does not map: with the kernel's PCID it works as long as the TLB has the translation.
    [Fact]
    public void An_instruction_of_the_entry_takes_each_translation()
    {
        var code = Right.Replace("$0x1800", "$0x1000", StringComparison.Ordinal) + "\n movq %gs:user_pcid_flush_mask(%rip), %rax";
        var result = Explore(code, "--property", "no-fault", "--property", "tlb");
        Assert.Equal(["no-fault", "tlb"], Verdicts(result.Output, "violated").Order());
        Assert.Contains("#PF at", Part(result.Output, "no-fault is violated"), StringComparison.Ordinal);
        Assert.Matches(@"movq %gs:user_pcid_flush_mask\(%rip\),%rax \(0x[0-9a-f]+ is frame 0x[0-9a-f]+ in the TLB, not mapped in the page tables\)", Part(result.Output, "tlb is violated"));
        AssertReplays(result.Output);

        // Kept account of, the run ends where CR3 names the table under the wrong PCID.
        Assert.Equal(["cr3-pcid"], Verdicts(Run(code, "--property", "no-fault", "--property", "cr3-pcid").Output, "violated"));
    }

    [Fact]
    public void The_emitted_test_asks_it_too()
    {
        var printed = Explore(Right.Replace("jc 1f", "jnc 1f", StringComparison.Ordinal), "--property", "tlb", "--emit-test").Output;
        Assert.Contains(".WithWorstCaseTlb()", printed, StringComparison.Ordinal);
        var test = printed[printed.IndexOf("using System.Linq;", StringComparison.Ordinal)..];
        Assert.NotNull(Record.Exception(EmittedTest.Compile(test, "exit.S", _workspace.Run("import", "exit.S").Output)));
        var fixedCode = _workspace.With("exit.S", Unit(Right)).Run("import", "exit.S").Output;
        Assert.Null(Record.Exception(EmittedTest.Compile(test, "exit.S", fixedCode)));
    }

    [Theory]
    [InlineData("'tlb' asks what the TLB may hold at its worst", "--property", "tlb")]
    [InlineData("'best': --tlb takes bookkeeping or worst", "--tlb", "best")]
    public void Wrong_calls_are_told(string message, params string[] arguments)
    {
        var result = Run(Right, arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    private ToolResult Explore(string exit, params string[] arguments) => Run(exit, ["--tlb", "worst", .. arguments]);

    private ToolResult Run(string exit, params string[] arguments)
    {
        string[] asked = arguments.Contains("--property") ? [] : [.. new[] { "P1.2", "P1.5", "cr3-pcid", "no-fault" }.SelectMany(id => new[] { "--property", id })];
        string[] tlb = asked.Length > 0 && arguments.Contains("worst") ? ["--property", "tlb"] : [];
        return _workspace.With("exit.S", Unit(exit))
            .Run(["explore", "asm_exc_nmi", "exit.S", "--from", "user", "--inject", "nmi", "--depth", "0", "--handler", "none,flush-mask", .. asked, .. tlb, .. arguments]);
    }

    private static string Lines(string code) => code.Replace("    ", " ", StringComparison.Ordinal);

    private static string Unit(string exit) => $"""
            .section .entry.text, "ax"
            .globl asm_exc_nmi
        asm_exc_nmi:
            cld
            .byte 0x0f, 0x01, 0xca
            swapgs
            {string.Join("\n", _saved.Select(register => $"pushq %{register}"))}
            movq %cr3, %rax
            andq $~0x1800, %rax
            btsq $63, %rax
            movq %rax, %cr3
            call exc_nmi
            movq %cr3, %rax
            movq %rax, %rcx
            andl $0x7ff, %ecx
            {exit}
            {string.Join("\n", _saved.Reverse().Select(register => $"popq %{register}"))}
            swapgs
            iretq

        """;

    private static IEnumerable<string> Verdicts(string output, string verdict) =>
        output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1 && words[1] == verdict + ":").Select(words => words[0]);

    // A counterexample, from a line on.
    private static string Part(string output, string from)
    {
        var start = output.IndexOf(from, StringComparison.Ordinal);
        Assert.True(start >= 0, from);
        return output[start..output.IndexOf("again: ", start, StringComparison.Ordinal)];
    }

    private void AssertReplays(string output)
    {
        var lines = output.Split('\n');
        var tokens = Enumerable.Range(0, lines.Length).Where(line => lines[line].StartsWith("again: ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(tokens);
        var first = 0;
        foreach (var again in tokens)
        {
            first = Array.FindIndex(lines, first, line => line.Contains(" is violated: ", StringComparison.Ordinal));
            var replay = _workspace.Run("trace", "--replay", lines[again].Split(' ')[^1]);
            Assert.Equal((1, string.Join('\n', lines[first..again]) + "\n"), (replay.ExitCode, replay.Output));
            first = again;
        }
    }
}
