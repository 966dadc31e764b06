using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Gas;

/// <summary>Reading a unit again after an edit: the result is that of a full reading, and only what the edit concerns is read.</summary>
public class RereadingTests
{
    private const string Unit = """
        #define REG %rax
        .macro PUSH reg:req n=1
        .rept \n
        	pushq	\reg
        .endr
        .endm
        .macro NUMBERED
        .Lhere_\@:	jmp .Lhere_\@
        .endm
        	limit = 3
        	.section .entry.text, "ax"
        first:	PUSH %rbx
        	PUSH REG 2
        second:
        	.set done, 0
        .if limit > 2
        	PUSH %rcx limit
        	.set done, 1
        .endif
        	NUMBERED
        	.pushsection .data; .long 5; .popsection
        third:	PUSH reg=%rdx
        .ifdef never
        	hlt
        .endif
        	swapgs
        1:	jmp 1b
        """;

    private const int Statements = 22;
    private const int BeforeFirst = 2;

    [Fact]
    public void Nothing_changed_repeats_everything()
    {
        var listing = Reread(Unit, Unit);
        Assert.Equal(Statements, listing.Statements.Count);
        Assert.Equal(Statements, listing.RepeatedStatements);
    }

    [Theory]
    [InlineData("\tswapgs", "\tnop\n\tswapgs", Statements)]
    [InlineData("\tswapgs\n", "", Statements - 1)]
    [InlineData("first:", "\n\n\n/* A comment. */\nfirst:", Statements)]
    [InlineData("\tPUSH REG 2\n", "\tPUSH REG 3\n", Statements - 2)]
    [InlineData("second:\n", "second:\nsecond2:\n", Statements)]
    [InlineData("#define REG %rax", "#define REG %r8", Statements - 2)]
    [InlineData("\t.set done, 0\n", "\t.set done, 2\n\t.set done, 0\n", Statements - 1)] // it is set again, but then it is what it was
    public void An_edit_in_a_body_leaves_the_rest(string before, string after, int repeated) =>
        Assert.Equal(repeated, Reread(Unit, Unit.Replace(before, after)).RepeatedStatements);

    [Theory]
    [InlineData("pushq", "pushw", Statements - 10)] // the body of a macro: its calls
    [InlineData("limit = 3", "limit = 4", Statements - 5)] // the assignment and the conditional
    [InlineData("limit = 3", "limit = 2", Statements - 5)] // the same: what \@ numbers, as there is one call less, is not read
    [InlineData("\tlimit = 3\n", "", Statements - 5)]
    [InlineData("first:", "\tnever = 1\nfirst:", Statements)] // the conditional that asks for it had no statements
    [InlineData("first:", "\tNUMBERED\nfirst:", Statements)]
    [InlineData("first:", "third:\nfirst:", Statements - 2)] // defined twice now
    [InlineData("first:", ".macro swapgs\ncli\n.endm\nfirst:", Statements - 1)]
    [InlineData("first:", ".code32\nfirst:", BeforeFirst)]
    [InlineData("first:", ".altmacro\nfirst:", BeforeFirst)]
    [InlineData("first:", ".section .text\nfirst:", BeforeFirst)]
    [InlineData("first:", ".pushsection .text\n.popsection\nfirst:", Statements)]
    [InlineData("first:", ".if 0\nfirst:", BeforeFirst)]
    [InlineData("first:", ".purgem PUSH\nfirst:", Statements - 10)]
    [InlineData("first:", ".end\nfirst:", BeforeFirst)]
    [InlineData("first:", "\t.bite 1\nfirst:", Statements)]
    [InlineData("first:", "\t.macro\nfirst:", BeforeFirst)]
    [InlineData(".endm\n\tlimit", "\n\tlimit", 0)]
    public void What_an_edit_concerns_is_read(string before, string after, int repeated) =>
        Assert.Equal(repeated, Reread(Unit, Unit.Replace(before, after)).RepeatedStatements);

    [Fact]
    public void Places_and_distances_are_looked_at_again()
    {
        const string unit = "a: nop\nb: nop\n.if b - a == 1\ncli\n.endif\n.set x, . - a\nx1 = b\n.eqv lazy, x1 + 1\nsti\n";
        Assert.Equal(9, Reread(unit, unit).Statements.Count);
        Assert.DoesNotContain("cli", Reread(unit, unit.Replace("a: nop", "a: nop; nop")).Statements.Select(statement => statement.Name));
        Assert.Contains("cli", Reread(unit.Replace("a: nop", "a: nop; nop"), unit).Statements.Select(statement => statement.Name));
    }

    [Fact]
    public void A_value_that_ends_the_same_does_not_matter()
    {
        // Each call leaves 'found' as the one before did, so one call more or less changes nothing for the others.
        const string unit = ".macro LOOK r\n.set found, 0\n.irp x, rax, rbx\n.ifc \\r,\\x\n.set found, 1\n.endif\n.endr\n.if !found\n.error \"no\"\n.endif\n.endm\n";
        const string calls = "LOOK rax\nLOOK rbx\nLOOK rax\n";
        Assert.Equal(6, Reread(unit + calls, unit + calls.Replace("rbx\n", "rbx\nLOOK rbx\n")).RepeatedStatements);
        Assert.Equal(4, Reread(unit + calls, unit + "LOOK rbx\n" + calls).RepeatedStatements); // before the first call there was no value
        Assert.Equal(2, Reread(unit + calls, unit + calls.Replace("rbx", "rcx")).RepeatedStatements);
    }

    [Fact]
    public void Names_of_LOCAL_keep_their_numbers()
    {
        // Calls under .altmacro, of which arguments can be computed, are read; what repeats a name counts on.
        const string unit = ".altmacro\n.macro LOOP\nLOCAL top\ntop: jmp top\n.endm\nLOOP\nnop\n.irp x, 1\nLOCAL a\na: jmp a\n.endr\n";
        Assert.Equal(3, Reread(unit, unit.Replace("nop", "nop\ncli")).RepeatedStatements);
        Assert.Equal(1, Reread(unit, unit.Replace("nop", "LOOP\nnop")).RepeatedStatements);
    }

    [Fact]
    public void A_macro_in_the_edited_file_is_carried_over_with_its_place()
    {
        var listing = Reread(Unit, "\n\n" + Unit);
        Assert.Equal(Statements, listing.RepeatedStatements);
        Assert.Equal(4, listing.Macros["push"].Definition!.Value.Line);
        Assert.Equal(6, listing.Statements.First(statement => statement.Name == "pushq").Text.Span!.Value.Line);
    }

    [Fact]
    public void An_edit_of_a_header_is_an_edit()
    {
        const string main = "#include \"calling.h\"\nSWITCH %rax\nnop\n";
        const string header = ".macro SWITCH r\nmovq \\r, %cr3\n.endm\n#define X 1\n";
        var before = Read(main, header, null);
        var after = Read(main, header.Replace("X 1", "X 2"), before);
        Assert.Equal(2, after.RepeatedStatements);
        after = Read(main, header.Replace("cr3", "cr4"), before);
        Assert.Equal(1, after.RepeatedStatements);
    }

    [Fact]
    public void Symbols_from_outside_count_where_they_are_read()
    {
        const string text = ".if BIT == 12\nnop\n.endif\ncli\nsti\n";
        Assert.Equal(2, Reread(text, text, Symbols(12), Symbols(13)).RepeatedStatements);
        Assert.Equal(3, Reread(text, text, Symbols(12), Symbols(12)).RepeatedStatements);
        Assert.Equal(2, Reread(text, text, new AssemblerOptions(), Symbols(12)).RepeatedStatements);

        static AssemblerOptions Symbols(long value) => new() { Symbols = new Dictionary<string, long> { ["BIT"] = value } };
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(30)]
    public void Bounds_are_hit_where_a_full_reading_hits_them(int statements)
    {
        var options = new AssemblerOptions { MaxStatements = statements };
        Reread(Unit, Unit.Replace("first:", "first: nop\nnop\n"), options, options);
        options = new AssemblerOptions { MaxExpandedCharacters = statements * 10 };
        Reread(Unit, Unit.Replace("first:", "first: PUSH %rax\n"), options, options);
        Assert.Equal(0, Reread(Unit, Unit, new AssemblerOptions(), options).RepeatedStatements);
    }

    [Fact]
    public void A_deep_stack_of_sections_is_compared_once()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $".pushsection .s{i % 7}\n"));
        Assert.Equal(20_000, Reread(text + "nop\n", text + "cli\n").RepeatedStatements);
        Assert.Equal(0, Reread(text, ".section .odd\n" + text).RepeatedStatements);
    }

    [Fact]
    public void Cancelling_leaves_the_previous_reading_as_it_was()
    {
        var text = string.Concat(Enumerable.Repeat(Unit.Split("limit")[0], 1)) + string.Concat(Enumerable.Repeat("PUSH %rax\n", 2_000));
        var before = Read(text, "", null);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => AsmReader.Read(new SourceText("t.S", text), new ReaderOptions { Previous = before }, new OneHeader(""), source.Token));
        Assert.Null(ListingComparison.FindDifference(Read(text, "", null, before.Files[0]), before));
    }

    [Fact]
    public void One_reading_serves_many_at_once()
    {
        var before = Read(Unit, "", null);
        var differences = new string?[24];
        Parallel.For(0, differences.Length, i =>
        {
            var main = new SourceText("t.S", Unit.Replace("swapgs", $"movl ${i}, %eax"));
            differences[i] = ListingComparison.FindDifference(Read(main, "", null), Read(main, "", before));
        });
        Assert.All(differences, Assert.Null);
    }

    private static AssemblyListing Reread(string before, string after, AssemblerOptions? then = null, AssemblerOptions? now = null)
    {
        var previous = Read(new SourceText("t.S", before), "", null, then);
        var main = new SourceText("t.S", after);
        var listing = Read(main, "", previous, now);
        Assert.Null(ListingComparison.FindDifference(Read(main, "", null, now), listing));

        // And once more on top of that, back to where it began.
        main = new SourceText("t.S", before);
        Assert.Null(ListingComparison.FindDifference(Read(main, "", null, then), Read(main, "", listing, then)));
        return listing;
    }

    private static AssemblyListing Read(string main, string header, AssemblyListing? previous, SourceText? known = null) =>
        Read(known ?? new SourceText("t.S", main), header, previous);

    private static AssemblyListing Read(SourceText main, string header, AssemblyListing? previous, AssemblerOptions? options = null) =>
        AsmReader.Read(main, new ReaderOptions { Previous = previous, Assembler = options ?? new AssemblerOptions() }, new OneHeader(header));

    private sealed class OneHeader(string text) : ISourceResolver
    {
        private readonly SourceText _text = new("calling.h", text);

        public SourceText? TryRead(string path) => path == _text.Path ? _text : null;
    }
}
