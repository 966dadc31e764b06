namespace EntryGen.Tests.Tool;

/// <summary>What is printed about assembly that cannot be read.</summary>
public sealed class MessageTests : IDisposable
{
    private readonly ToolWorkspace _workspace = new();

    /// <summary>Mistakes that people make, each in a text whose last line is right; the message's id and place.</summary>
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { ".macro OPEN\n\tnop\n", "EG0030", "1:1" },
        { ".if 1\n\tnop\n", "EG0031", "1:1" },
        { "\tnop\n.endm\n", "EG0032", "2:1" },
        { "\tnop\n.endif\n", "EG0033", "2:1" },
        { "\tnop\n.popsection\n", "EG0034", "2:1" },
        { ".macro M a:req\n\tnop\n.endm\n\tM b=1\n\tnop\n", "EG0035", "4:4" },
        { ".macro M a:req\n\tnop\n.endm\n\tM\n\tnop\n", "EG0036", "4:2" },
        { ".macro M a\n\tnop\n.endm\n\tM 1 2\n\tnop\n", "EG0037", "4:6" },
        { ".macro M a:reg\n\tnop\n.endm\n\tnop\n", "EG0040", "1:12" },
        { "\t.long (1 + 2\n\tnop\n", "EG0043", "1:13" },
        { "\t.rept unknown\n\tnop\n\t.endr\n\tnop\n", "EG0044", "1:8" },
        { "one:\none:\n\tnop\n", "EG0046", "2:1" },
        { "\t.globel one\n\tnop\n", "EG0047", "1:2" },
        { "\tfrobnicate %rax\n\tnop\n", "EG0060", "1:2" },
        { "\tmovq %rxa, %rbx\n\tnop\n", "EG0064", "1:7" },
        { "#include \"absent.h\"\n\tnop\n", "EG0001", "1:10" },
        { "#if 1\n\tnop\n", "EG0005", "1:2" },
        { "#endif\n\tnop\n", "EG0006", "1:2" },
        { "/* open\n\tnop\n", "EG0010", "1:1" },
        { "\t.ascii \"open\n\tnop\n", "EG0049", "1:2" },
    };

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_file_that_includes_itself_is_one_mistake()
    {
        _workspace.With("self.S", "#include \"self.S\"\n.macro M\n.endm\nstart:\n\tnop\n");
        var run = _workspace.Run("expand", "self.S");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("error: ", Assert.Single(run.Error.Split('\n'), line => line.Contains("error", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("self.S:1:10: error: includes nest deeper than 200: 'self.S' includes itself [EG0002]", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_calls_around_a_mistake_the_innermost_and_the_outermost_are_shown()
    {
        _workspace.With("deep.S", ".macro R\n\tR\n.endm\n\tR\n");
        var lines = _workspace.Run("expand", "deep.S").Error.TrimEnd().Split('\n');
        Assert.Equal("deep.S:2:2: error: 'R' is expanded 100 levels deep; does it call itself without an end? [EG0042]", lines[0]);
        Assert.Equal(11, lines.Count(line => line.Contains("note: ", StringComparison.Ordinal)));
        Assert.Contains("note: 90 more around these, then", lines);
        Assert.Equal("deep.S:4:2: note: in expansion of macro 'R'", lines[^1]);
    }

    [Fact]
    public void Every_error_is_shown_with_its_line_the_macros_around_it_and_how_its_file_was_reached()
    {
        _workspace
            .With("a.S", "#define BAD frob %rax\n#include \"h.h\"\n.macro OUT reg:req\n\tINN \\reg\n.endm\nf:\n\tOUT %rbx\n\tOUT\n\tBAD\n\tret\n")
            .With("h.h", ".macro INN reg\n\tmovq\t\\reg, %zzz\n.endm\n\tbarr\n");
        Assert.Equal(
            """
            a.S:8:2: error: macro 'OUT' needs a value for parameter 'reg' [EG0036]
                8 |         OUT
                  |         ^~~
            In file included from a.S:2:
            h.h:4:2: error: There is no instruction or macro 'barr' that entry code can use. [EG0060]
                4 |         barr
                  |         ^~~~
            In file included from a.S:2:
            h.h:2:13: error: there is no register '%zzz' that entry code can use. [EG0064]
                2 |         movq    \reg, %zzz
                  |                       ^~~~
            a.S:4:2: note: in expansion of macro 'INN'
            a.S:7:2: note: in expansion of macro 'OUT'
            a.S:1:13: error: There is no instruction or macro 'frob' that entry code can use. [EG0060]
                1 | #define BAD frob %rax
                  |             ^~~~
            a.S:9:2: note: in expansion of macro 'BAD'

            """,
            Refused("a.S").Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_warning_is_shown_and_changes_nothing()
    {
        _workspace.With("a.S", "#define ONE 1\n#define ONE 2\none:\n\tret\n");
        var run = _workspace.Run("expand", "a.S");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^a\.S:2:9: warning: .* \[EG0012\]\n", run.Error);
        Assert.Contains("ret", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void One_mistake_is_one_error_and_what_follows_is_still_read(string text, string id, string place)
    {
        // A second mistake at the end shows that the text was read to there.
        _workspace.With("a.S", text);
        Assert.Equal([$"a.S:{place}: error: {id}"], Errors("a.S"));

        _workspace.With("b.S", text + "\tlastly %rax\n");
        string[] last = text.StartsWith(".macro OPEN", StringComparison.Ordinal) || text.StartsWith("/*", StringComparison.Ordinal)
            ? []
            : [$"b.S:{text.Count(character => character == '\n') + 1}:2: error: EG0060"];
        Assert.Equal([$"b.S:{place}: error: {id}", .. last], Errors("b.S").ToHashSet());
    }

    private IEnumerable<string> Errors(string file) => Refused(file).Split('\n')
        .Where(line => line.Contains(": error: ", StringComparison.Ordinal))
        .Select(line => line[..(line.IndexOf(": error: ", StringComparison.Ordinal) + 9)] + line[^7..^1]);

    private string Refused(string file)
    {
        var run = _workspace.Run("expand", file);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        return run.Error;
    }
}
