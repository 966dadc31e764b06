namespace EntryGen.Tests.Tool;

/// <summary>entrygen explore, on a small entry of our own.</summary>
public sealed class ExploreTests : IDisposable
{
    private const string Entry = """
            .globl asm_exc_nmi
        asm_exc_nmi:
            cld
            .byte 0x0f, 0x01, 0xca
            pushq %rax
            pushq %rcx
            pushq %rdx
            pushq %rsi
            pushq %rdi
            pushq %r8
            pushq %r9
            pushq %r10
            pushq %r11
            call exc_nmi
            popq %r11
            popq %r10
            popq %r9
            popq %r8
            popq %rdi
            popq %rsi
            popq %rdx
            popq %rcx
            POP_RAX
            iretq

        """;

    private readonly ToolWorkspace _workspace = new();

    public ExploreTests() => _workspace
        .With("good.S", Entry.Replace("POP_RAX", "popq %rax", StringComparison.Ordinal))
        .With("bad.S", Entry.Replace("POP_RAX", "addq $8, %rsp", StringComparison.Ordinal));

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void What_holds_is_said_with_its_bounds()
    {
        var result = _workspace.Run("explore", "asm_exc_nmi", "good.S", "--from", "kernel", "--depth", "2");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("holds within bounds", result.Output, StringComparison.Ordinal);
        Assert.Contains("nmi at every boundary, 2 in a run", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_violation_is_replayed_from_its_token()
    {
        var result = _workspace.Run("explore", "asm_exc_nmi", "bad.S", "--from", "kernel", "--emit-test");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("registers is violated", result.Output, StringComparison.Ordinal);
        Assert.Contains("RAX is 0xbad0c0de00000000", result.Output, StringComparison.Ordinal);
        Assert.Contains("EntryProperties.Find(\"registers\")", result.Output, StringComparison.Ordinal);

        var lines = result.Output.Split('\n');
        var again = Array.FindIndex(lines, line => line.StartsWith("again: entrygen trace --replay ", StringComparison.Ordinal));
        var first = Array.FindIndex(lines, line => line.StartsWith("registers is violated", StringComparison.Ordinal));
        var replay = _workspace.Run("trace", "--replay", lines[again].Split(' ')[^1]);
        Assert.Equal((1, string.Join('\n', lines[first..again]) + "\n"), (replay.ExitCode, replay.Output));
    }

    [Fact]
    public void A_violation_is_written_as_a_page()
    {
        Assert.Equal(1, _workspace.Run("explore", "asm_exc_nmi", "bad.S", "--from", "kernel", "--html", "run.html").ExitCode);
        var page = File.ReadAllText(Path.Combine(_workspace.Directory, "run.html"));
        Assert.Contains("\"violation\":\"registers is violated: ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("@@DATA@@", page, StringComparison.Ordinal);

        Assert.Equal(0, _workspace.Run("explore", "asm_exc_nmi", "good.S", "--from", "kernel", "--html", "none.html").ExitCode);
        Assert.False(File.Exists(Path.Combine(_workspace.Directory, "none.html")));
    }

    [Fact]
    public void JSON_has_an_object_for_each_property()
    {
        var objects = _workspace.Run("explore", "asm_exc_nmi", "bad.S", "--from", "kernel", "--property", "registers", "--property", "P1.1", "--format", "json").Json;
        Assert.Equal(["registers", "P1.1"], objects.Select(one => one.GetProperty("property").GetString()));
        Assert.Equal(["violated", "holds"], objects.Select(one => one.GetProperty("verdict").GetString()));
        Assert.Equal(("asm_exc_nmi", "kernel"), (objects[0].GetProperty("entry").GetString(), objects[0].GetProperty("start").GetString()));
        Assert.Equal("iretq", objects[0].GetProperty("trace").EnumerateArray().Last().GetProperty("text").GetString());
        Assert.Equal(0, objects[1].GetProperty("trace").GetArrayLength());
        Assert.All(["states", "transitions", "depth", "seconds"], key => Assert.True(objects[1].GetProperty(key).GetDouble() >= 0));
    }

    [Fact]
    public void All_entries_are_explored_from_everywhere()
    {
        var result = _workspace.Run("explore", "--all", "good.S", "--inject", "nmi");
        Assert.Contains("5 explorations, 4 of them with a violation", result.Output, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public void A_bound_is_told_by_the_exit_code() =>
        Assert.Equal(3, _workspace.Run("explore", "asm_exc_nmi", "good.S", "--from", "kernel", "--depth", "2", "--no-reductions", "--states", "20").ExitCode);

    [Theory]
    [InlineData("--inject takes nmi, mc, db and irq", "--inject", "smi")]
    [InlineData("--handler takes none, local-flush", "--handler", "sleep")]
    [InlineData("there is no property 'P9'", "--property", "P9")]
    [InlineData("--depth takes a number from 0 to 16", "--depth", "many")]
    [InlineData("has no entry for #MC (asm_exc_machine_check)", "--inject", "mc")]
    public void A_wrong_call_is_one_message(string message, params string[] arguments)
    {
        var result = _workspace.Run(["explore", "asm_exc_nmi", "good.S", .. arguments]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("is no replay token", "trace", "--replay", "eg1-xyz")]
    [InlineData("is no replay token", "trace", "--replay", "nonsense")]
    [InlineData("--replay takes a token", "trace", "--replay")]
    [InlineData("nothing.dll", "explore", "asm_exc_nmi", "nothing.dll")]
    public void A_token_or_assembly_that_is_none_is_one_message(string message, params string[] arguments)
    {
        var result = _workspace.Run(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_compiled_assembly_is_explored_too()
    {
        // The example's entries come from its own generator run.
        var assembly = typeof(RestoreCr3.Experiment).Assembly.Location;
        var result = _workspace.Run("explore", "SkipKernel.asm_exc_nmi", assembly, "--from", "kernel", "--cr3", "user", "--property", "P1.4");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var unknown = _workspace.Run("explore", "asm_exc_nmi", assembly);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("several classes have an entry 'asm_exc_nmi'", unknown.Error, StringComparison.Ordinal);
    }
}
