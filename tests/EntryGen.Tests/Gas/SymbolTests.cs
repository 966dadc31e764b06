using EntryGen.Asm.Gas;
using EntryGen.Asm.Gas.Expressions;
using static EntryGen.Tests.Gas.GasHarness;

namespace EntryGen.Tests.Gas;

public class SymbolTests
{
    [Fact]
    public void Numeric_labels_are_the_nearest_in_file_order_whatever_the_section()
    {
        var listing = Assemble("1: nop\n jmp 1f\n.pushsection .other\n1: nop\n.popsection\n jmp 1b\n1: nop");
        var jumps = listing.Statements.Where(statement => statement.Name == "jmp").ToList();
        Assert.Equal(".other", listing.Symbols.FindLocalLabel(1, forward: true, jumps[0].Sequence)!.Section);
        Assert.Equal(".other", listing.Symbols.FindLocalLabel(1, forward: false, jumps[1].Sequence)!.Section);
        Assert.Equal(7, listing.Symbols.FindLocalLabel(1, forward: true, jumps[1].Sequence)!.Span!.Value.Line);
        Assert.Null(listing.Symbols.FindLocalLabel(1, forward: false, 0));
        Assert.Null(listing.Symbols.FindLocalLabel(2, forward: true, 0));
    }

    [Fact]
    public void A_label_and_its_statement_may_share_a_line() =>
        Assert.Equal("a:\nb:\n1:\n2:\nnop\n0:\n.byte 1", Expand("a: b: 1: 2: nop; 0 : .byte 1"));

    [Fact]
    public void Assigned_symbols_have_the_value_of_their_time()
    {
        var listing = Assemble("nop\n.set v, 5\nnop\nv = v + 1\nnop");
        var values = listing.Statements
            .Where(statement => statement.Name == "nop")
            .Select(statement => listing.Symbols.FindAssignment("v", statement.Sequence)!.Value.Addend);
        Assert.Equal([5L, 5L, 6L], values); // before the first one, the first one counts
    }

    [Fact]
    public void Symbols_from_outside_exist_from_the_start()
    {
        var listing = Assemble(".if BIT == 12\nnop\n.endif", new AssemblerOptions { Symbols = new Dictionary<string, long> { ["BIT"] = 12 } });
        Assert.Empty(listing.Diagnostics);
        Assert.Equal("nop", Assert.Single(listing.Statements).Name);
    }

    [Fact]
    public void Lazy_symbols_are_evaluated_at_use()
    {
        var listing = Assemble("a = 1\nb == a + 1\na = 41\nnop");
        Assert.Empty(listing.Diagnostics);
        var use = ExpressionParser.Parse(EntryGen.Asm.Text.TracedText.Of(new EntryGen.Asm.Text.SourceText("t", "b")), out _)!;
        Assert.Equal(ExpressionValue.Constant(42), ExpressionEvaluator.Evaluate(use, listing.Symbols, listing.Statements[^1]));
    }

    [Fact]
    public void A_label_may_replace_an_assigned_symbol()
    {
        var listing = Assemble("y = 5\nnop\ny: nop");
        Assert.Empty(listing.Diagnostics);
        Assert.Equal(ExpressionValueKind.Symbol, listing.Symbols.FindAssignment("y", int.MaxValue)!.Value.Kind);
    }

    [Fact]
    public void Globals_need_not_be_defined()
    {
        var symbols = Assemble(".globl a, b\n.weak c\na: nop").Symbols;
        Assert.True(symbols.IsGlobal("a") && symbols.IsGlobal("b") && symbols.IsGlobal("c") && !symbols.IsGlobal("d"));
        Assert.NotNull(symbols.FindLabel("a"));
        Assert.Null(symbols.FindLabel("b"));
    }

    [Fact]
    public void Statements_have_names_operands_and_kinds()
    {
        var listing = Assemble(".set x, 1\ny = 2\nl: REP movsb\n .byte 1, 2\ncs call *%rax\nlock\n. = . + 8");
        Assert.Empty(listing.Diagnostics);
        Assert.Equal(
            [
                (StatementKind.Directive, ".set", "x,1"), (StatementKind.Assignment, "y", "2"),
                (StatementKind.Label, "l", ""), (StatementKind.Instruction, "movsb", ""),
                (StatementKind.Directive, ".byte", "1,2"), (StatementKind.Instruction, "call", "*%rax"),
                (StatementKind.Instruction, "lock", ""), (StatementKind.Assignment, ".", ".+8"),
            ],
            listing.Statements.Select(statement => (statement.Kind, statement.Name, statement.Operands.Text)));
    }
}
