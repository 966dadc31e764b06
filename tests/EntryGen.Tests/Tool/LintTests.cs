using EntryGen.Testing;

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
        Assert.Matches(@"^wrong\.S:15:2: warning: 'cpu_tss_rw' is accessed through the user's GS base.* \[EG2001\]\n", run.Output);
        Assert.Contains("wrong.S:15:2: note: with features !SMAP, in entry_SYSCALL_64", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n1 warning in 1 file: 1 entry, every set of the 1 CPU features asked for\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_docs_show_is_what_is_printed()
    {
        var section = File.ReadAllText(Repository.PathOf("docs", "tool.md")).Split("\n## lint\n")[1];
        var assembly = section.Split("```asm\n")[1].Split("```")[0];
        var printed = section.Split("```\n$ entrygen lint entry.S\n")[1].Split("```")[0];
        Assert.Equal(printed, _workspace.With("entry.S", assembly).Run("lint", "entry.S").Output);
    }

    [Fact]
    public void Every_place_has_the_form_that_editors_know()
    {
        var places = _workspace.Run("lint", "wrong.S").Output.Split('\n').Where(line => line.Contains("wrong.S", StringComparison.Ordinal));
        Assert.All(places, line => Assert.Matches(@"^wrong\.S:[0-9]+:[0-9]+: (warning|note): ", line));
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
    public void Nothing_wrong_is_said_so() => Assert.Equal(
        "nothing found in 1 file: no entry that is known by the kernel's names is defined here, so CR3, GS, stacks and mitigations were not looked at; --entry SYMBOL=KIND declares one\n",
        _workspace.With("right.S", "\t.globl f\nf:\tret\n").Run("lint", "right.S").Succeeded().Output);

    [Fact]
    public void Nothing_wrong_has_no_lines_in_json() => Assert.Equal("", _workspace.With("right.S", "\t.globl f\nf:\tret\n").Run("lint", "right.S", "--format", "json").Succeeded().Output);

    [Fact]
    public void Unknown_rule() => _workspace.Run("lint", "wrong.S", "--rule", "EG2099").RefusedWith("--rule: there is no rule 'EG2099'. Did you mean 'EG2009'?");

    [Fact]
    public void A_missing_file_is_no_finding() => _workspace.Run("lint", "absent.S").RefusedWith("absent.S: no such file.");

    [Fact]
    public void Neither_file_nor_tree() => _workspace.Run("lint").RefusedWith("Give an assembly file, or a kernel source tree by --tree.");

    [Theory]
    [InlineData("--severity", "info", "'info' is no severity: --severity takes suggestion, warning or error. See 'entrygen lint --help'.")]
    [InlineData("--format", "xml", "'xml' is no format: --format takes text, json or sarif. See 'entrygen lint --help'.")]
    [InlineData("--features", "PTY", "--features: no CPU feature is called 'PTY'. Did you mean 'PTI'?")]
    [InlineData("--globalconfig", "absent", "absent: no such file (--globalconfig).")]
    public void A_wrong_value_is_refused(string option, string value, string message) => _workspace.Run("lint", "wrong.S", option, value).RefusedWith(message);

    [Fact]
    public void What_cannot_be_read_is_found_with_every_mistake_and_no_rule_is_asked()
    {
        var run = _workspace.With("bad.S", Wrong + "\tmovq %rxa, %rbx\n\tfrob\n").Run("lint", "bad.S", "--format", "json");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            [("EG0064", "error", 17), ("EG0060", "error", 18)],
            run.Json.Select(found => (found.GetProperty("rule").GetString(), found.GetProperty("severity").GetString(), found.GetProperty("line").GetInt32())));
    }

    [Fact]
    public void A_rule_asked_for_does_not_hide_that_a_file_cannot_be_read() =>
        Assert.Equal("EG0060", Assert.Single(_workspace.With("bad.S", "\tfrob\n").Run("lint", "bad.S", "--rule", "EG2001", "--format", "json").Json).GetProperty("rule").GetString());

    [Fact]
    public void Warnings_of_reading_are_findings()
    {
        var run = _workspace.With("size.S", "\tmov $0, (%rax)\n").Run("lint", "size.S");
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Contains("size.S:1:2: warning: ", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, _workspace.Run("lint", "size.S", "--severity", "error").ExitCode);
    }

    [Fact]
    public void A_comment_with_a_reason_suppresses()
    {
        var suppressed = Wrong.Replace("%gs:cpu_tss_rw", "%gs:cpu_tss_rw // entrygen-disable EG2001: GS is the kernel's on this machine", StringComparison.Ordinal);
        var run = _workspace.With("suppressed.S", suppressed).Run("lint", "suppressed.S").Succeeded();
        Assert.Equal("nothing found, 1 suppressed in 1 file: 1 entry, every set of the 1 CPU features asked for\n", run.Output);
        Assert.Equal("", _workspace.Run("lint", "suppressed.S", "--format", "json").Succeeded().Output);
    }

    [Fact]
    public void A_suppression_is_judged_only_when_its_rule_was_looked_for_in_full()
    {
        _workspace.With("unneeded.S", Wrong.Replace("ud2", "ud2 // entrygen-disable EG2001: for later", StringComparison.Ordinal));
        Assert.Equal(["EG2001", "EG0081"], _workspace.Run("lint", "unneeded.S", "--format", "json").Json.Select(found => found.GetProperty("rule").GetString()));
        Assert.Equal("", _workspace.Run("lint", "unneeded.S", "--format", "json", "--features", "SMAP").Succeeded().Output);
        Assert.Equal("", _workspace.Run("lint", "unneeded.S", "--format", "json", "--rule", "EG0081").Succeeded().Output);
    }

    [Fact]
    public void The_same_call_prints_the_same_bytes()
    {
        foreach (var format in new[] { "text", "json", "sarif" })
        {
            Assert.Equal(_workspace.Run("lint", "wrong.S", "--format", format).Output, _workspace.Run("lint", "wrong.S", "--format", format).Output);
        }
    }
}
