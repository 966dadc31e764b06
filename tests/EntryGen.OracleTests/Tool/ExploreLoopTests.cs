using System.Text.RegularExpressions;
using EntryGen.Tests.Tool;

namespace EntryGen.OracleTests.Tool;

/// <summary>Entries that do not come to their end: what it takes to get into a loop, and what is in it.</summary>
public sealed class ExploreLoopTests : IDisposable
{
    private const string Section = "\t.section .entry.text, \"ax\"\n\t.globl asm_exc_nmi, asm_exc_debug, asm_exc_general_protection\n";

    /// <summary>Leaves when CR3 is (not) what it was: a handler may load another mm and leave it loaded.</summary>
    private const string Compare = "\n\tmovq %cr3, %rax\n\tcmpq %rax, %r12\n";

    private readonly ToolWorkspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    public static TheoryData<string, string, int> Loops => new()
    {
        { "after the second effect", $"asm_exc_nmi: movq %cr3, %r12\n\tcall exc_nmi{Compare}1: jne 1b\n\tiretq\n", 1 },
        { "which calls, after the second effect", $"asm_exc_nmi: movq %cr3, %r12\n1: call exc_nmi{Compare}\tjne 1b\n\tiretq\n", 5 },
        { "which calls, unless the second effect", $"asm_exc_nmi: movq %cr3, %r12\n1: call exc_nmi{Compare}\tje 1b\n\tiretq\n", 5 },
        { "with a counter", "asm_exc_nmi: xorl %ebx, %ebx\n1: call exc_nmi\n\tincq %rbx\n\tjmp 1b\n", 4 },
        {
            "through the exception table",
            """
            asm_exc_nmi: call exc_nmi
                movl $0x1234, %eax
            1:  movl %eax, %fs
                iretq
            asm_exc_general_protection: call handle
                movl $0x1234, %eax
                addq $8, %rsp
                iretq
                .pushsection __ex_table, "a"
                .long 1b - ., 1b - ., 0
                .popsection

            """,
            6
        },
    };

    [Theory]
    [MemberData(nameof(Loops))]
    public void A_loop_is_found_with_what_handlers_may_do(string what, string code, int turn)
    {
        _workspace.With("loop.S", Section + code);
        Assert.All([["--depth=0"], ["--depth=1", "--no-reductions"]], (string[] options) => Assert.Equal((what, turn), (what, TurnOf("none,lazy-mm", options))));
        Assert.True(TurnOf(what.Contains("after the", StringComparison.Ordinal) ? "lazy-mm" : "none", ["--depth=1"]) > 0);
    }

    /// <summary>The loop goes on while a variable is set that only the handler of #DB sets.</summary>
    [Theory]
    [InlineData("", 4)]
    [InlineData("\tincq %rbx\n", 5)]
    public void A_loop_that_takes_an_event_is_found_with_that_event(string count, int turn)
    {
        _workspace.With("loop.S", $"{Section}asm_exc_nmi: xorl %ebx, %ebx\n1: call exc_nmi\n{count}\tcmpq $0, flag(%rip)\n\tjne 1b\n\tiretq\nasm_exc_debug: movq $1, flag(%rip)\n\tiretq\n\t.data\nflag: .quad 0\n");
        Assert.Equal(0, _workspace.Run("explore", "asm_exc_nmi", "loop.S", "--from", "kernel", "--handler", "none,lazy-mm", "--property", "ends", "--depth", "0").ExitCode);
        Assert.All([["--depth=1"], ["--depth=2", "--threads=1"]], (string[] options) => Assert.Equal(turn, TurnOf("none,lazy-mm", options)));
    }

    /// <summary>With all properties asked some are broken on the way, in every turn; and parts of a sweep give the answer of one run.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_loop_in_which_properties_are_broken_is_found_by_parts_too(int number)
    {
        var loop = Loops.ElementAt(number);
        var (what, code, turn) = ((string)loop[0], (string)loop[1], (int)loop[2]);
        _workspace.With("loop.S", Section + code);
        foreach (var depth in new[] { "0", "1" })
        {
            string[] call = ["explore", "asm_exc_nmi", "loop.S", "--from", "kernel", "--handler", "none,lazy-mm", "--depth", depth, "--format", "json"];
            var whole = _workspace.Run(call).Json.Select(one => Regex.Replace(one.GetRawText(), "\"seconds\":[0-9.]+", "\"seconds\":null")).ToList();
            Assert.Contains(whole, one => one.Contains("\"property\":\"ends\",\"verdict\":\"violated\"", StringComparison.Ordinal) && one.Contains($"the last {turn} of these again, for ever", StringComparison.Ordinal));
            string[] shards = ["0", "1"];
            foreach (var shard in shards)
            {
                Assert.Equal((what, 0), (what, _workspace.Run([.. call, "--shard", $"{shard}/2", "-o", $"{depth}-{shard}.jsonl"]).ExitCode));
            }

            Assert.Equal(whole, _workspace.Run(["merge", .. shards.Select(shard => $"{depth}-{shard}.jsonl"), "--format", "json"]).Json.Select(one => one.GetRawText()));
        }
    }

    /// <summary>Where control comes by the same place twice is no loop.</summary>
    [Theory]
    [InlineData("asm_exc_nmi: call sub\n\tcall sub\n\tiretq\nsub: call exc_nmi\n\tret\n")]
    [InlineData("asm_exc_nmi: movl $20, %ebx\n1: call exc_nmi\n\tdecl %ebx\n\tjnz 1b\n\tiretq\n")]
    public void What_ends_holds(string code)
    {
        _workspace.With("ends.S", Section + code);
        foreach (var depth in new[] { "0", "1" })
        {
            var result = _workspace.Run("explore", "asm_exc_nmi", "ends.S", "--from", "kernel", "--handler", "none,lazy-mm", "--property", "ends", "--depth", depth);
            Assert.Equal(0, result.ExitCode);
            Assert.Contains("ends         holds within bounds", result.Output, StringComparison.Ordinal);
        }
    }

    // The number of steps in a turn of the loop that is shown.
    private int TurnOf(string handlers, string[] options)
    {
        var result = _workspace.Run(["explore", "asm_exc_nmi", "loop.S", "--from", "kernel", "--property", "ends", "--handler", handlers, .. options]);
        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        var lines = result.Output.Split('\n');
        var first = Array.FindIndex(lines, line => line.StartsWith("ends is violated", StringComparison.Ordinal));
        var again = Array.FindIndex(lines, line => line.StartsWith("again: ", StringComparison.Ordinal));
        Assert.Equal(string.Join('\n', lines[first..again]) + "\n", _workspace.Run("trace", "--replay", lines[again].Split(' ')[^1]).Output);
        var words = lines[again - 1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["for", "ever"], words[(Array.IndexOf(words, "again,") + 1)..][..2]);
        return int.Parse(words[Array.IndexOf(words, "last") + 1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
