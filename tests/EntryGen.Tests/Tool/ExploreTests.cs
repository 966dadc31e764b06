using EntryGen.Exploration;
using EntryGen.Tool;
using EntryGen.Tool.Exploring;
using Spectre.Console;

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
        .With("plain.S", "plain: ret\n")
        .With("text.dll", "no assembly")
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
        Assert.Contains("note: nothing is violated, so none.html was not written", _workspace.Run("explore", "asm_exc_nmi", "good.S", "--from", "kernel", "--html", "none.html").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_questions_the_page_shows_the_first_counterexample()
    {
        Assert.Equal(1, _workspace.Run("explore", "--all", "bad.S", "--from", "kernel", "--property", "registers", "--html", "all.html").ExitCode);
        Assert.Equal(1, _workspace.Run("explore", "asm_exc_nmi", "bad.S", "--from", "kernel", "--property", "registers", "--html", "first.html").ExitCode);
        Assert.Equal(File.ReadAllText(Path.Combine(_workspace.Directory, "first.html")), File.ReadAllText(Path.Combine(_workspace.Directory, "all.html")));
    }

    [Fact]
    public void What_is_no_entry_is_a_function_and_a_note_says_so()
    {
        Assert.Contains("note: no entry is known by the name of 'plain'", _workspace.Run("explore", "plain", "plain.S", "--inject", "").Error, StringComparison.Ordinal);
        Assert.Equal("", _workspace.Run("explore", "plain", "plain.S", "--inject", "", "--entry", "plain=call").Error);
    }

    [Fact]
    public void Properties_may_be_separated_by_commas()
    {
        var objects = _workspace.Run("explore", "asm_exc_nmi", "good.S", "--from", "kernel", "--property", "registers,P1.1", "--property", "return", "--format", "json").Json;
        Assert.Equal(["registers", "P1.1", "return"], objects.Select(one => one.GetProperty("property").GetString()));
    }

    [Fact]
    public void JSON_has_an_object_for_each_property()
    {
        var objects = _workspace.Run("explore", "asm_exc_nmi", "bad.S", "--from", "kernel", "--property", "registers", "--property", "P1.1", "--format", "json").Json;
        Assert.Equal(["registers", "P1.1"], objects.Select(one => one.GetProperty("property").GetString()));
        Assert.Equal(["violated", "holds"], objects.Select(one => one.GetProperty("verdict").GetString()));
        string[] fields = ["entry", "start", "property", "verdict", "states", "transitions", "depth", "seconds", "trace"];
        Assert.All(objects, one => Assert.Equal(fields, one.EnumerateObject().Select(field => field.Name)));
        Assert.Empty(objects[1].GetProperty("trace").EnumerateArray());
        var last = objects[0].GetProperty("trace").EnumerateArray().Last();
        Assert.StartsWith(EntryGen.Exploration.Scenarios.EntryProperties.RegistersPreserved.Words + ": RAX is ", last.GetProperty("violation").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, _workspace.Run("trace", "--replay", last.GetProperty("token").GetString()!).ExitCode);
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

    // The IRET of an entry without espfix code replaces only SP: bits 31:16 of RSP stay those of the kernel's.
    [Fact]
    public void User_code_may_be_on_a_16_bit_stack()
    {
        _workspace.With("iret.S", "\t.section .entry.text, \"ax\"\n\t.globl asm_exc_nmi\nasm_exc_nmi: iretq\n");
        var result = _workspace.Run("explore", "asm_exc_nmi", "iret.S", "--stack", "16-bit", "--property", "return", "--emit-test");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("asm_exc_nmi from user code on a 16-bit stack", result.Output, StringComparison.Ordinal);
        Assert.Contains("return is violated", result.Output, StringComparison.Ordinal);
        Assert.Contains("StartState.User with { On16BitStack = true }", result.Output, StringComparison.Ordinal);
        var lines = result.Output.Split('\n');
        var again = Array.FindIndex(lines, line => line.StartsWith("again: entrygen trace --replay ", StringComparison.Ordinal));
        var first = Array.FindIndex(lines, line => line.StartsWith("return is violated", StringComparison.Ordinal));
        Assert.Equal(string.Join('\n', lines[first..again]) + "\n", _workspace.Run("trace", "--replay", lines[again].Split(' ')[^1]).Output);

        Assert.Equal("user,stack=16-bit", _workspace.Run("explore", "asm_exc_nmi", "iret.S", "--stack", "16-bit", "--property", "return", "--format", "json").Json.Single().GetProperty("start").GetString());
        Assert.Equal(0, _workspace.Run("trace", "asm_exc_nmi", "iret.S", "--stack", "16-bit").ExitCode);
    }

    [Fact]
    public void All_entries_of_a_file_with_espfix_code_are_explored_from_a_16_bit_stack_too()
    {
        const string Code = "\t.section .entry.text, \"ax\"\n\t.globl asm_exc_nmi\nasm_exc_nmi: iretq\nnative_irq_return_ldt: nop\n\t.globl entry_SYSCALL_64\nentry_SYSCALL_64: sysretq\n";
        var result = _workspace.With("espfix.S", Code).Run("explore", "--all", "espfix.S", "--inject", "nmi", "--property", "return");
        Assert.Contains("7 explorations, 1 of them with a violation", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("f: nop\n jmp f", "f")]
    [InlineData("f: incq %rax\n jmp f", "f")]
    [InlineData("asm_exc_nmi: pushq %rax\n popq %rax\n jmp asm_exc_nmi", "asm_exc_nmi")]
    [InlineData("asm_exc_debug: call helper\n jmp asm_exc_debug\n .globl asm_exc_nmi\n asm_exc_nmi: iretq", "asm_exc_debug")]
    public void A_loop_that_never_ends_is_a_violation(string code, string entry)
    {
        _workspace.With("loop.S", $"\t.globl {entry}\n{code}\n");
        foreach (var option in new[] { "--depth=1", "--depth=0", "--no-reductions" })
        {
            var result = _workspace.Run("explore", entry, "loop.S", "--from", "kernel", option, "--property", "ends");
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("ends is violated", result.Output, StringComparison.Ordinal);
            var token = result.Output.Split('\n').First(line => line.StartsWith("again: ", StringComparison.Ordinal)).Split(' ')[^1];
            Assert.Equal(1, _workspace.Run("trace", "--replay", token).ExitCode);
        }
    }

    [Theory]
    [InlineData("no-fault is violated", "ud2")]
    [InlineData("no-fault is violated", "movb $0x90, g(%rip)\ng: nop")]
    [InlineData("no-stray is violated", "hlt")]
    public void Code_that_cannot_go_on_is_a_violation(string message, string code)
    {
        var result = _workspace.With("end.S", $"\t.globl f\nf: {code}\n ret\n").Run("explore", "f", "end.S", "--entry", "f=call");
        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Contains(message, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--states", "20", "more states than the bound of 20")]
    [InlineData("--memory", "1", "more memory than the bound of 1,048,576 bytes")]
    public void A_bound_is_told_by_the_exit_code(string bound, string value, string words)
    {
        var result = _workspace.Run(
            "explore", "asm_exc_nmi", "good.S", "--from", "kernel", "--depth", "12", "--no-reductions", "--handler", "none,local-flush,temporary-mm,lazy-mm,flush-mask", "--property", "P1.1", bound, value);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains(words, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--inject takes nmi, mc, db, irq, pf, gp, ss and np", "--inject", "smi")]
    [InlineData("--handler takes none, local-flush", "--handler", "sleep")]
    [InlineData("there is no property 'P9'", "--property", "P9")]
    [InlineData("--depth takes a number from 0 to 16", "--depth", "many")]
    [InlineData("--depth takes a number from 0 to 16", "--depth", "-1")]
    [InlineData("--threads takes a number from 1", "--threads", "0")]
    [InlineData("--vector takes a number from 0 to 255", "--vector", "300")]
    [InlineData("--stack takes 16-bit", "--stack", "32-bit")]
    [InlineData("Only user code runs on a 16-bit stack. Leave out --stack.", "--from", "kernel", "--stack", "16-bit")]
    [InlineData("only a FRED entry point takes any vector. Leave out --vector.", "--vector", "14")]
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
    [InlineData("nothing.dll: no such file.", "explore", "asm_exc_nmi", "nothing.dll")]
    [InlineData("text.dll: this is no .NET assembly.", "explore", "asm_exc_nmi", "text.dll")]
    [InlineData("give one of them", "explore", "asm_exc_nmi", "good.S", "--emit-test", "--format", "json")]
    [InlineData("no such directory to write to", "explore", "asm_exc_nmi", "good.S", "--html", "no/such/page.html")]
    [InlineData("this is a directory", "explore", "asm_exc_nmi", "good.S", "--html", ".")]
    [InlineData("--all takes the place of SYMBOL, so 'asm_exc_nmi' is read as a FILE", "explore", "asm_exc_nmi", "--all", "good.S")]
    [InlineData("'' is no effect of a handler", "explore", "asm_exc_nmi", "good.S", "--handler", "")]
    [InlineData("there is no property ''", "explore", "asm_exc_nmi", "good.S", "--property", "P1.1,")]
    [InlineData("did you mean 'asm_exc_nmi'?", "explore", "asm_exc_nim", "good.S")]
    [InlineData("None of the files defines an entry of the kernel", "explore", "--all", "plain.S")]
    [InlineData("no symbol 'asm_exc_nmi' is defined here", "explore", "asm_exc_nmi", "plain.S")]
    [InlineData("no include/linux/kconfig.h", "explore", "asm_exc_nmi", "--tree", ".")]
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
        var result = _workspace.Run("explore", "WriteNoFlush.asm_exc_nmi", assembly, "--from", "kernel", "--cr3", "user", "--property", "P1.4");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var unknown = _workspace.Run("explore", "asm_exc_machine_check", assembly);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("several classes have an entry 'asm_exc_machine_check'", unknown.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--entry", "asm_exc_nmi=nmi")]
    [InlineData("--user-mapped", "saved_stack")]
    [InlineData("--tree", ".")]
    [InlineData("-D", "X")]
    public void What_is_said_about_source_is_refused_for_an_assembly(string option, string value)
    {
        var result = _workspace.Run("explore", "WriteNoFlush.asm_exc_nmi", typeof(RestoreCr3.Experiment).Assembly.Location, option, value);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{option} is about source files", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SkipQuestions", 3)]
    [InlineData("RestoreCr3.SkipQuestions", 3)]
    [InlineData("asm_exc_nmi", 2)]
    [InlineData("SkipKernel.asm_exc_nmi", 2)]
    public void Scenarios_that_an_assembly_declares_are_explored_as_declared(string name, int count)
    {
        var result = _workspace.Run("explore", name, typeof(RestoreCr3.Experiment).Assembly.Location);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains($"{count} explorations, 0 of them with a violation", result.Output, StringComparison.Ordinal);
        Assert.Contains("asm_exc_nmi from kernel code on the user page tables with the user's GS base", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_call_says_replaces_what_is_declared()
    {
        var assembly = typeof(RestoreCr3.Experiment).Assembly.Location;
        var result = _workspace.Run(
            "explore", "SkipQuestions", assembly, "--from", "user", "--handler", "poke-twice", "--property", "NoFlushIsGone", "--depth", "0", "--format", "json");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            [("asm_exc_nmi", "user", "NoFlushIsGone"), ("entry_SYSCALL_64", "user", "NoFlushIsGone")],
            result.Json.Select(one => (one.GetProperty("entry").GetString(), one.GetProperty("start").GetString(), one.GetProperty("property").GetString())));

        var wrong = _workspace.Run("explore", "SkipQuestions", assembly, "--property", "NoFlushIsGonne");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("Did you mean 'NoFlushIsGone'?", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'SkipQuestions'?", _workspace.Run("explore", "SkipQuestion", assembly).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_declared_property_that_is_violated_is_replayed()
    {
        // On the NMI's stack nothing may schedule.
        var result = _workspace.Run("explore", "SkipQuestions", typeof(RestoreCr3.Experiment).Assembly.Location, "--from", "kernel", "--handler", "schedule", "--property", "schedule", "--property", "NoFlushIsGone");
        Assert.Equal(1, result.ExitCode);
        var token = result.Output.Split('\n').First(line => line.StartsWith("again: ", StringComparison.Ordinal)).Split(' ')[^1];
        var replay = _workspace.Run("trace", "--replay", token);
        Assert.Equal((1, ""), (replay.ExitCode, replay.Error));
        Assert.Contains(replay.Output, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void How_far_it_is_is_shown_on_a_terminal_only()
    {
        using var shown = new StringWriter();
        using var output = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(shown) });
        string[] call = ["explore", "asm_exc_nmi", "good.S", "--from", "kernel", "--depth", "2"];
        Assert.Equal(0, CommandLine.Run(call, new Host(output, TextWriter.Null, _workspace.Directory, terminal)));
        Assert.Contains("states,", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("frontier", shown.ToString(), StringComparison.Ordinal);

        // What is printed is the same.
        Assert.Equal(_workspace.Run(call).Output, output.ToString());
    }

    [Fact]
    public void The_number_of_states_to_come_is_shown_once_it_can_be_told()
    {
        var now = new ExplorationProgress(1234, 5678, 9, 100, 50_000, 1 << 20, null, TimeSpan.FromSeconds(1));
        Assert.Equal("1,234 states, 50,000/s, depth 9, frontier 100", ProgressDisplay.Words(now));
        Assert.Equal("1,234 states, 50,000/s, depth 9, frontier 100, about 2,000 in all", ProgressDisplay.Words(now with { Estimate = 2000 }));
    }

    // The emitted test is compiled with the unit that its comment asks for, and run.
    [Fact]
    public void The_emitted_test_fails_until_the_code_is_fixed()
    {
        var printed = _workspace.Run("explore", "asm_exc_nmi", "bad.S", "--from", "kernel", "--property", "registers", "--handler", "none,lazy-mm", "--no-assumptions", "--emit-test").Output;
        var test = printed[printed.IndexOf("using System.Linq;", StringComparison.Ordinal)..];
        var run = EmittedTest.Compile(test, "bad.S", _workspace.Run("import", "bad.S").Output);
        Assert.Contains("RAX is 0xbad0c0de00000000", Assert.Throws<ExplorationException>(run).Message, StringComparison.Ordinal);
        EmittedTest.Compile(test, "bad.S", _workspace.Run("import", "good.S").Output)();
    }

    [Fact]
    public void The_emitted_test_says_how_an_entry_of_its_own_is_reached()
    {
        _workspace.With("own.S", File.ReadAllText(Path.Combine(_workspace.Directory, "bad.S")).Replace("asm_exc_nmi", "my_nmi", StringComparison.Ordinal));
        var printed = _workspace.Run("explore", "my_nmi", "own.S", "--entry", "my_nmi=nmi", "--from", "kernel", "--property", "registers", "--emit-test").Output;
        var run = EmittedTest.Compile(printed[printed.IndexOf("using System.Linq;", StringComparison.Ordinal)..], "own.S", _workspace.Run("import", "own.S").Output);
        Assert.Contains("my_nmi from kernel code", Assert.Throws<ExplorationException>(run).Message, StringComparison.Ordinal);
        Assert.Contains("NMI in kernel code", Assert.Throws<ExplorationException>(run).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_test_of_an_assembly_asks_its_class()
    {
        var assembly = typeof(RestoreCr3.Experiment).Assembly.Location;
        var printed = _workspace.Run("explore", "SkipAlways.asm_exc_nmi", assembly, "--from", "kernel", "--cr3", "user", "--property", "P1.4", "--emit-test").Output;
        var run = EmittedTest.Compile(printed[printed.IndexOf("using System.Linq;", StringComparison.Ordinal)..]);
        Assert.Contains("P1.4", Assert.Throws<ExplorationException>(run).Message, StringComparison.Ordinal);
    }
}
