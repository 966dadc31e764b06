using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Rules.Fixes;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Rules;

/// <summary>Edits land where the author wrote the statement, and keep the form of the text around it.</summary>
public class StatementEditsTests
{
    [Theory]
    [InlineData("\tcall\tf\t/* why */\n", "\tcld\n\tcall\tf\t/* why */\n")]
    [InlineData("  call f", "  cld\n  call f")]
    [InlineData("1:\tcall f\n", "1:\tcld\n\tcall f\n")]
    [InlineData("\tnop; call f\n", "\tnop; cld; call f\n")]
    [InlineData("\tcall f; nop\n", "\tcld; call f; nop\n")]
    [InlineData("\tcall f\r\n", "\tcld\r\n\tcall f\r\n")]
    [InlineData("#define GO call f ; \\\n nop\nGO\n", "#define GO cld; call f ; \\\n nop\nGO\n")]
    [InlineData(".macro GO text\n\\text\n.endm\n\tGO \"nop; call f\"\n", ".macro GO text\n\\text\n.endm\n\tGO \"nop; cld; call f\"\n")]
    [InlineData(".macro GO text\n\\text\n.endm\nlabel: GO \"call f\"\n", ".macro GO text\n\\text\n.endm\nlabel: GO \"cld; call f\"\n")]
    [InlineData(".macro GO f\n\tcall \\f\n.endm\n\tGO f\n", ".macro GO f\n\tcld\n\tcall \\f\n.endm\n\tGO f\n")]
    [InlineData(".macro GO op\n\t\\op f\n.endm\n\tGO call\n", null)]
    public void Before(string text, string? expected) => Assert.Equal(expected, Edit(text, call => StatementEdits.InsertBefore(call, "cld")));

    [Theory]
    [InlineData("\tGO\n", "\tcld\n\tGO\n")]
    [InlineData("1:\tGO /* why */\n", "1:\tcld\n\tGO /* why */\n")]
    [InlineData("\tnop; GO\n", "\tnop; cld; GO\n")]
    [InlineData("\tOUTER\n", "\tcld\n\tOUTER\n")]
    [InlineData(".macro USE\n\tGO\n.endm\nUSE\n", ".macro USE\n\tcld\n\tGO\n.endm\nUSE\n")]
    public void Before_the_use_of_a_macro_that_a_header_defines(string text, string expected) =>
        Assert.Equal("#include \"go.h\"\n" + expected, Edit("#include \"go.h\"\n" + text, call => StatementEdits.InsertBefore(call, "cld")));

    [Theory]
    [InlineData("\tcall\tf\t/* why */\n\tnop\n", "\tcall\tf\t/* why */\n\tcld\n\tnop\n")]
    [InlineData("  call f", "  call f\n  cld")]
    [InlineData("1:\tcall f # why\r\n", "1:\tcall f # why\r\n\tcld\r\n")]
    [InlineData("\tcall f; nop\n", "\tcall f; cld; nop\n")]
    [InlineData("\tcall f /* two\nlines */ nop\n", "\tcall f; cld /* two\nlines */ nop\n")]
    public void After(string text, string? expected) => Assert.Equal(expected, Edit(text, call => StatementEdits.InsertAfter(call, "cld")));

    [Theory]
    [InlineData("\tnop\n\tcall f\n\tret\n", "\tnop\n\tret\n")]
    [InlineData("\tnop; call f\n", "\tnop; \n")]
    [InlineData("\tcall f /* why */\n", "\t /* why */\n")]
    public void Removed(string text, string expected) => Assert.Equal(expected, Edit(text, StatementEdits.Remove));

    [Fact]
    public void A_statement_that_stays_as_it_is_has_no_edit() => Assert.Null(Edit("\tcall f\n", call => StatementEdits.Replace(call, "call f")));

    [Fact]
    public void Swapped_statements_leave_their_comments()
    {
        var listing = Read("\tswapgs /* GS */\n\tlfence # fence\n");
        var edits = StatementEdits.Swap(listing.Statements[0], listing.Statements[1]);
        Assert.Equal("\tlfence /* GS */\n\tswapgs # fence\n", SuggestedFixes.Apply(edits![0].Span.Source.Text, edits));
        Assert.Null(StatementEdits.Swap(listing.Statements[0], listing.Statements[0]));
    }

    [Fact]
    public void Equal_edits_are_made_once_and_of_two_in_each_others_way_the_first()
    {
        var source = new SourceText("a.S", "one two");
        var first = new SuggestedFix("first", [new SuggestedEdit(new SourceSpan(source, 0, 3), "1")]);
        var same = first with { Title = "same" };
        var other = new SuggestedFix("other", [new SuggestedEdit(new SourceSpan(source, 2, 3), "x")]);
        var apart = new SuggestedFix("apart", [new SuggestedEdit(new SourceSpan(source, 4, 3), "2")]);
        var chosen = SuggestedFixes.Compatible([first, same, other, apart]);
        Assert.Equal([first, same, apart], chosen);
        Assert.Equal("1 2", SuggestedFixes.Apply(source.Text, chosen.SelectMany(fix => fix.Edits)));
    }

    private static string? Edit(string text, Func<Statement, SuggestedEdit?> edit)
    {
        var call = Assert.Single(Read(text).Statements, statement => statement.Name == "call");
        return edit(call) is { } change ? SuggestedFixes.Apply(change.Span.Source.Text, [change]) : null;
    }

    private static AssemblyListing Read(string text) => AsmReader.Read(new SourceText("test.S", text), new ReaderOptions(), new OneHeader());

    private sealed class OneHeader : ISourceResolver
    {
        public SourceText? TryRead(string path) => path == "go.h" ? new SourceText(path, "#define GO call f\n#define OUTER GO; nop\n") : null;
    }
}
