using System.Text.Json;

namespace EntryGen.Tests.Tool;

/// <summary><c>entrygen expand</c>.</summary>
public sealed class ExpandTests : IDisposable
{
    private const string Calls = """
        .macro INNER reg:req
        	mov	\reg, %rax
        .endm
        .macro OUTER reg:req
        	INNER \reg
        	nop
        .endm

        .section .entry.text, "ax"
        .globl one
        one:
        	OUTER %rbx
        	ret
        .size one, .-one

        .globl two
        two:
        count = 1
        	nop
        .pushsection .discard, "a"
        	.long	7
        .popsection
        	ret

        """;

    private readonly ToolWorkspace _workspace = new ToolWorkspace().With("calls.S", Calls);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void Text_shows_source_line_instruction_and_macro_stack()
    {
        Assert.Equal(
            """
            .entry.text  calls.S
               11  one:
               12      mov %rbx,%rax                                OUTER@calls.S:12 > INNER@calls.S:5
               12      nop                                          OUTER@calls.S:12
               13      ret
               17  two:
               19      nop
               23      ret

            """,
            _workspace.Run("expand", "calls.S").Succeeded().Output);
    }

    [Fact]
    public void Json_has_one_object_a_line_with_every_field()
    {
        var statements = _workspace.Run("expand", "calls.S", "--format", "json").Succeeded().Json;
        Assert.All(statements, statement => Assert.Equal(["seq", "kind", "section", "text", "depth", "stack", "file", "line"], statement.EnumerateObject().Select(property => property.Name)));
        Assert.Equal(Enumerable.Range(0, statements.Count), statements.Select(statement => statement.GetProperty("seq").GetInt32()));

        var move = statements.Single(statement => Text(statement).StartsWith("mov", StringComparison.Ordinal));
        Assert.Equal(
            """{"seq":3,"kind":"insn","section":".entry.text","text":"mov %rbx,%rax","depth":2,"stack":["OUTER@calls.S:12","INNER@calls.S:5"],"file":"calls.S","line":12}""",
            move.GetRawText());
        Assert.Equal(["label", "assign", "directive"], new[] { "two", "count =1", ".long 7" }.Select(text => statements.Single(statement => Text(statement) == text).GetProperty("kind").GetString()));
        Assert.Equal(".discard", statements.Single(statement => Text(statement) == ".long 7").GetProperty("section").GetString());
    }

    [Theory]
    [InlineData("one", "one", "mov %rbx,%rax", "nop", "ret")]
    [InlineData("two", "two", "count =1", "nop", ".pushsection .discard,\"a\"", ".long 7", ".popsection", "ret")]
    public void Symbol_selects_its_code(string symbol, params string[] expected)
    {
        Assert.Equal(expected, _workspace.Run("expand", "calls.S", "--symbol", symbol, "--format", "json").Succeeded().Json.Select(Text));
    }

    [Fact]
    public void Several_files_are_numbered_through()
    {
        _workspace.With("more.S", "three:\n\tret\n");
        var statements = _workspace.Run("expand", "calls.S", "more.S", "--format", "json").Succeeded().Json;
        Assert.Equal(Enumerable.Range(0, statements.Count), statements.Select(statement => statement.GetProperty("seq").GetInt32()));
        Assert.Equal("more.S", statements[^1].GetProperty("file").GetString());
    }

    [Fact]
    public void Options_reach_the_preprocessor()
    {
        _workspace.WithTree()
            .With("tree/arch/x86/include/asm/where.h", "#define WHERE 1\n")
            .With("headers/arch/x86/include/generated/asm/made.h", "#define MADE 2\n")
            .With("own/mine.h", "#define MINE 3\n")
            .With("nopti.h", "#undef CONFIG_ONE\n#define CONFIG_TWO 5\n")
            .With("tree/entry/unit.S", """
                #include <asm/where.h>
                #include <asm/made.h>
                #include <mine.h>
                #if defined(__KERNEL__) && defined(__ASSEMBLY__) && !defined(CONFIG_ONE)
                	.long	WHERE, MADE, MINE, GIVEN, CONFIG_TWO
                #endif

                """);
        var run = _workspace.Run("expand", "--tree", "tree", "--headers", "headers", "-Iown", "-D", "GIVEN=4", "--config", "nopti.h", "entry/unit.S", "--format", "json");
        Assert.Equal(".long 1,2,3,4,5", Text(run.Succeeded().Json.Single()));
        Assert.Equal("entry/unit.S", run.Json.Single().GetProperty("file").GetString());
    }

    private const string Alternatives = """
        #define X86_FEATURE_SMAP (9*32+20)
        #define X86_FEATURE_PTI (7*32+11)
        .macro RECORD feature:req
        .pushsection .altinstructions, "a"
        	.long	140b - .
        	.long	143f - .
        	.4byte	\feature
        	.byte	142b - 140b
        	.byte	144f - 143f
        .popsection
        .endm

        .text
        .globl start
        start:
        140:	nop
        141:	.skip	2, 0x90
        142:
        	RECORD X86_FEATURE_SMAP
        .pushsection .altinstr_replacement, "ax"
        143:	clac
        144:
        .popsection
        	RECORD X86_FEATURE_PTI
        .pushsection .altinstr_replacement, "ax"
        143:	stac
        144:
        .popsection
        	ret

        """;

    [Theory]
    [InlineData(null, "nop [!SMAP,!PTI]", "clac [SMAP,!PTI]", "stac [PTI]", "ret")]
    [InlineData("", "nop", "ret")]
    [InlineData("SMAP", "clac", "ret")]
    [InlineData("PTI", "stac", "ret")]
    [InlineData("SMAP,PTI", "stac", "ret")]
    public void Alternatives_show_every_side_with_its_features_or_the_side_that_features_choose(string? features, params string[] expected)
    {
        _workspace.With("alternative.S", Alternatives);
        string[] arguments = ["expand", "alternative.S", .. features is null ? Array.Empty<string>() : ["--features", features]];
        var text = _workspace.Run(arguments).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2);
        Assert.Equal(expected.Select(line => line.Split(' ')), text.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]));

        // JSON keeps every statement without --features, and says the same of it.
        var json = _workspace.Run([.. arguments, "--format", "json"]).Succeeded().Json.Where(line => line.GetProperty("kind").GetString() == "insn");
        var described = json.Select(line => line.TryGetProperty("features", out var condition) ? $"{Text(line)} [{condition.GetString()}]" : Text(line));
        Assert.Equal(expected.Order(), described.Order());
    }

    [Fact]
    public void Externals_are_told_apart()
    {
        _workspace.With("one.S", "one:\n\tcall exc_page_fault\n\tcall two\n\tmovq %gs:pcpu_hot, %rax\n\tjmp error_return\n").With("two.S", ".globl two\ntwo:\n\tret\n");
        Assert.Equal(
            """
            function   exc_page_fault                           one.S:2
            data       pcpu_hot                                 one.S:4
            assembly   error_return                             one.S:5

            """,
            _workspace.Run("expand", "one.S", "two.S", "--externals").Succeeded().Output);
        Assert.Contains(
            """{"symbol":"two","class":"function","places":["one.S:3"]}""",
            _workspace.Run("expand", "one.S", "--externals", "--format", "json").Succeeded().Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".macro OPEN\n\tnop\n", "wrong.S:1:")]
    [InlineData("\tnop\n#include \"absent.h\"\n", "wrong.S:2:")]
    [InlineData(".macro SELF\n\tSELF\n.endm\n\tSELF\n", "wrong.S:")]
    [InlineData("one:\n\tfrobnicate %rax\n", "wrong.S:2:")]
    public void Wrong_assembly_gets_one_message_at_its_place(string text, string place)
    {
        _workspace.With("wrong.S", text);
        var run = _workspace.Run("expand", "wrong.S");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(place, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'), line => line.Contains(": error: ", StringComparison.Ordinal) && line.Contains(" [EG0", StringComparison.Ordinal));
    }

    [Fact]
    public void Symbol_that_is_not_there() =>
        _workspace.Run("expand", "calls.S", "--symbol", "onee").RefusedWith("calls.S:1:1: no symbol 'onee' is defined here; did you mean 'one'?");

    private static string Text(JsonElement statement) => statement.GetProperty("text").GetString()!;
}
