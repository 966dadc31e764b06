using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Gas;

/// <summary>Both stages together: what the preprocessor expands the assembler reads, and positions go through both.</summary>
public class AsmReaderTests
{
    private const string Header = """
        #define BIT 12
        #define OFFSET(field) (field * 8)
        #define CALL_IT(f) call f ; nop
        .macro SWITCH reg:req
        #ifdef CONFIG_PTI
        	bts	$BIT, \reg
        #else
        	nop
        #endif
        .endm
        """;

    [Fact]
    public void Macros_of_both_kinds_nest()
    {
        var listing = Read("#define CONFIG_PTI 1\n#include \"calling.h\"\n\tSWITCH reg=%rax\n\tpushq OFFSET(3)(%rsp)\n\tCALL_IT(handler)\n");
        Assert.Empty(listing.Diagnostics);
        Assert.Equal(["bts $12,%rax", "pushq (3 * 8)(%rsp)", "call handler", "nop"], listing.Statements.Select(statement => statement.Text.Text));
        Assert.Equal([3, 4, 5, 5], listing.Statements.Select(statement => statement.Line));
        Assert.All(listing.Statements, statement => Assert.Equal("entry.S", statement.File.Path));
        Assert.True(listing.PreprocessorMacros!.TryEvaluate("BIT", out var bit));
        Assert.Equal(12, bit);
        Assert.Equal(["entry.S", "calling.h"], listing.Files.Select(file => file.Path));
    }

    [Fact]
    public void The_branch_of_an_ifdef_in_a_body_is_fixed_where_the_macro_is_defined() =>
        Assert.Equal(["nop"], Read("#include \"calling.h\"\n#define CONFIG_PTI 1\n\tSWITCH %rax\n").Statements.Select(statement => statement.Name));

    [Fact]
    public void An_operand_keeps_its_place_through_both_expansions()
    {
        const string text = "#define SCRATCH %r10\n.macro MOVE to\n\tmovq $1, \\to\n.endm\n\tMOVE to=SCRATCH\n";
        var operands = Assert.Single(Read(text).Statements).Operands;
        var origin = operands.OriginAt(operands.Text.IndexOf('%', StringComparison.Ordinal))!.Value;
        Assert.Equal("SCRATCH", origin.Expansion!.MacroName);
        Assert.Equal(5, origin.Expansion.Invocation.Line);
        Assert.Equal((1, 17), (origin.Source.LineAt(origin.Offset), origin.Source.ColumnAt(origin.Offset)));
    }

    [Fact]
    public void Mistakes_of_both_stages_are_listed()
    {
        var listing = Read("#include \"missing.h\"\n\t.bite 1\n\tnop\n");
        Assert.Equal(2, listing.Diagnostics.Count);
        Assert.Equal("EG0047", listing.Diagnostics[1].Id);
        Assert.Equal("nop", Assert.Single(listing.Statements).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("\0")]
    [InlineData("\ufeff")]
    [InlineData("/* never closed")]
    [InlineData("#define X X\nX: X\n")]
    public void Odd_texts_are_read(string text) => Assert.NotNull(Read(text).Statements);

    private static AssemblyListing Read(string text) => AsmReader.Read(new SourceText("entry.S", text), new ReaderOptions(), new OneHeader());

    private sealed class OneHeader : ISourceResolver
    {
        private static readonly SourceText Calling = new("calling.h", Header);

        public SourceText? TryRead(string path) => path == Calling.Path ? Calling : null;
    }
}
