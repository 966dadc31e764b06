using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Gas;

/// <summary>Every level of a statement's macro stack names the line of the body, or the argument, in which the next level was written.</summary>
public sealed class ProvenanceTests
{
    [Fact]
    public void Each_level_is_a_line_of_the_body_around_it()
    {
        const string Text = """
            .macro INNER reg
                nop
                push \reg
            .endm
            .macro OUTER reg
                cld
              INNER \reg
            .endm
            	OUTER %rax
            """;
        Assert.Equal(["t.S:9:2 OUTER", "t.S:7:3 INNER", "t.S:2:5 nop"], Levels(Text, "nop"));
        Assert.Equal(["t.S:9:2 OUTER", "t.S:7:3 INNER", "t.S:3:5 push \\reg"], Levels(Text, "push %rax"));
        Assert.Equal(["t.S:9:2 OUTER", "t.S:6:5 cld"], Levels(Text, "cld"));
    }

    [Fact]
    public void Frames_name_the_definition_of_their_macro()
    {
        var statement = Statements("// a comment\n.macro INNER\n nop\n.endm\n.macro OUTER\n inner\n.rept 1\n cld\n.endr\n.endm\nOUTER\n").Last(s => s.Name == "cld");
        Assert.Equal(["OUTER t.S:5:8", ".rept "], statement.Frame!.OutermostFirst().Select(frame => $"{frame.Name} {frame.Definition}"));
    }

    [Fact]
    public void Repetitions_are_levels()
    {
        const string Text = """
            .macro FILL
            .rept 2
              .irp r, %rax, %rbx
                push \r
              .endr
            .endr
            .endm
            FILL
            .irpc c, ab
              .byte 0x\c
            .endr
            """;
        Assert.Equal(["t.S:8:1 FILL", "t.S:2:1 .rept", "t.S:3:3 .irp", "t.S:4:5 push \\r"], Levels(Text, "push %rbx"));
        Assert.Equal(4, Statements(Text).Count(statement => statement.Name == "push"));
        Assert.Equal(["t.S:9:1 .irpc", "t.S:10:3 .byte 0x\\c"], Levels(Text, ".byte 0xb"));
    }

    // The statement itself stands where its text was written: in the argument, not at the place of the parameter.
    [Fact]
    public void Text_that_comes_through_an_argument_is_where_it_was_written()
    {
        const string Text = """
            .macro RUN insns
                \insns
            .endm
            .macro TWICE insns
                RUN "\insns"
            .endm
            TWICE "cld; push %rbx"
            """;
        Assert.Equal(["t.S:7:1 TWICE", "t.S:5:5 RUN", "t.S:7:8 cld"], Levels(Text, "cld"));
        Assert.Equal(["t.S:7:1 TWICE", "t.S:5:5 RUN", "t.S:7:13 push %rbx"], Levels(Text, "push %rbx"));
    }

    [Fact]
    public void A_string_for_ALTERNATIVE_keeps_its_places()
    {
        const string Text = """
            .macro RESTORE reg
                mov \reg, %cr3
            .endm
            .macro LEAVE reg
                ALTERNATIVE "", "RESTORE \reg; lfence", X86_FEATURE_PTI
            .endm
                LEAVE %r14
            """;
        Assert.Equal(["t.S:7:5 LEAVE", "t.S:5:5 ALTERNATIVE", "t.S:5:22 RESTORE", "t.S:2:5 mov \\reg, %cr3"], Levels(Text, "mov %r14,%cr3"));
        Assert.Equal(["t.S:7:5 LEAVE", "t.S:5:5 ALTERNATIVE", "t.S:5:36 lfence"], Levels(Text, "lfence"));
    }

    [Fact]
    public void A_preprocessor_macro_between_is_seen_in_the_origin()
    {
        const string Text = """
            #define SAVE(reg) push reg
            .macro ENTER
                SAVE(%rdx); cld
            .endm
            #define BOTH ENTER
            BOTH
            """;
        Assert.Equal(["t.S:5:14 ENTER", "t.S:1:19 push"], Levels(Text, "push %rdx"));
        Assert.Equal(["t.S:5:14 ENTER", "t.S:3:17 cld"], Levels(Text, "cld"));
        var push = Statements(Text).Single(statement => statement.Name == "push");
        Assert.Equal((6, "ENTER@t.S:6"), (push.Line, Assert.Single(push.MacroStack())));
        Assert.Equal(("SAVE", "t.S:3:5"), (push.Text.OriginAt(0)!.Value.Expansion!.MacroName, push.Text.OriginAt(0)!.Value.Expansion!.Invocation.ToString()));
        Assert.Equal("t.S:3:10", push.Operands.Span!.ToString());
    }

    // What a counter writes belongs to the place of the counter.
    [Fact]
    public void A_counter_is_where_it_stands()
    {
        var label = Statements(".macro M\n.Lend_\\@_x:\n nop\n.endm\nM\nM\n").Last(statement => statement.Kind == StatementKind.Label);
        Assert.Equal(".Lend_1_x", label.Text.Text);
        Assert.Equal("t.S:2:7", label.Text.SpanOf(6, 1).ToString());
        Assert.Equal("t.S:2:9", label.Text.SpanOf(7, 1).ToString());
    }

    private static List<string> Levels(string text, string statement)
    {
        var found = Statements(text).Last(candidate => candidate.Text.Text == statement);
        var levels = (found.Frame?.OutermostFirst() ?? []).Select(frame => $"{frame.CallSite} {frame.Name}").ToList();
        var own = found.Text.Span!.Value;
        levels.Add($"{own} {own.Source.Text.Substring(own.Start, own.Length)}");
        return levels;
    }

    private static IReadOnlyList<Statement> Statements(string text)
    {
        var listing = AsmReader.Read(SourceText.Compose("t.S", [Prelude.Text, new SourceText("t.S", text)]), new ReaderOptions(), new NoFiles());
        Assert.Empty(listing.Diagnostics);
        return listing.Statements;
    }

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
