using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Gas;

/// <summary>A macro call more or less changes every <c>\@</c> behind it: where that is only in names, they get their new numbers without being read.</summary>
public class CounterRereadingTests
{
    private const string Macros = """
        .macro NONE
        .endm
        .macro LABEL
        .Lhere_\@: jmp .Lhere_\@
        .endm
        .macro JUMP to
        jmp \to
        .long \to - .
        .endm
        .macro OUTER
        JUMP .Lout_\@
        LABEL
        .Lout_\@: nop
        .endm
        .macro VALUE
        .byte \@
        .endm
        .macro WHEN n
        .if \n == \@
        cli
        .endif
        x_\@:
        .endm
        .macro WHENDEFINED name
        .Lown_\@:
        .ifdef \name
        cli
        .endif
        .endm
        .macro SAVED
        .set saved, \@
        .endm
        .macro SECTION
        .pushsection .text.s_\@
        nop
        .popsection
        .endm
        .macro NAMED a1=0
        .byte \a1
        .endm
        .macro CALLNAMED
        NAMED a1=y_\@
        y_\@:
        .endm
        .macro CHARACTER
        .byte '\@
        .endm
        .macro TEXT
        .ascii "s\@"
        .endm
        .macro TURNS
        .irp i, a, b
        .L_\@_\i: jmp .L_\@_\i
        .endr
        .endm
        .macro WRITTEN
        .irp i, z_\@
        \i: nop
        .endr
        .endm
        .macro NUMERIC
        \@: jmp \@b
        .endm
        .macro MNEMONIC
        op\@ %rax
        .endm
        .macro REPEATED
        .rept 2
        jmp .Lend_\@
        .endr
        .Lend_\@:
        .endm

        """;

    [Theory]
    [InlineData("LABEL", 2)]
    [InlineData("OUTER", 6)]
    [InlineData("TURNS", 4)]
    [InlineData("REPEATED", 3)]
    [InlineData("TEXT", 1)]
    [InlineData("CALLNAMED", 0)] // the argument's name, a1, has a digit of its own: not told apart
    [InlineData("VALUE", 0)]
    [InlineData("WHEN 12", 0)]
    [InlineData("WHENDEFINED .Lown_500", 1)]
    [InlineData("SAVED", 0)]
    [InlineData("SECTION", 0)]
    [InlineData("CHARACTER", 1)] // of the at sign
    [InlineData("WRITTEN", 0)]
    [InlineData("NUMERIC", 0)]
    [InlineData("MNEMONIC", 0)]
    public void Names_get_new_numbers_and_all_else_is_read(string call, int repeated)
    {
        foreach (var calls in new[] { 1, 3, 8, 9, 10, 97, 99, 300 })
        {
            var (one, other) = (Repeat("NONE", calls), Repeat("NONE", calls + 2));
            Assert.Equal(repeated, Reread(Macros + one + call + "\n", Macros + other + call + "\n").RepeatedStatements);
            Assert.Equal(repeated, Reread(Macros + other + call + "\n", Macros + one + call + "\n").RepeatedStatements);
        }
    }

    [Theory]
    [InlineData("WHENDEFINED .Lown_3\n")]
    [InlineData(".Lhere_3: LABEL\n")]
    public void A_name_that_the_same_passage_has_or_asks_for(string call)
    {
        for (var calls = 0; calls < 8; calls++)
        {
            Reread(Macros + Repeat("NONE", calls) + call, Macros + Repeat("NONE", 3) + call);
            Reread(Macros + Repeat("NONE", calls) + call, Macros + Repeat("NONE", 4) + call);
        }
    }

    [Theory]
    [InlineData("", ".Lhere_11:\n")] // taken by somebody else now
    [InlineData(".Lhere_10:\n", "")]
    [InlineData("", ".Lhere_11 = 5\n")]
    [InlineData(".ifdef .Lhere_10\nsti\n.endif\n", ".ifdef .Lhere_11\nsti\n.endif\n")]
    public void A_name_that_others_have_or_ask_for(string before, string after)
    {
        foreach (var behind in new[] { "", "nop\n.ifdef .Lhere_10\ncli\n.endif\n.ifdef .Lhere_11\nsti\n.endif\nLABEL\n" })
        {
            Reread(Macros + Repeat("NONE", 10) + before + "LABEL\n" + behind, Macros + Repeat("NONE", 11) + after + "LABEL\n" + behind);
            Reread(Macros + before + Repeat("NONE", 10) + "LABEL\n" + behind, Macros + after + Repeat("NONE", 11) + "LABEL\n" + behind);
        }
    }

    [Fact]
    public void What_expansions_cost_is_bounded_as_it_is_in_a_full_reading()
    {
        // With an argument of one more digit, the call takes one more of the bound.
        var (before, after) = (Repeat("NONE", 9) + "OUTER\n", Repeat("NONE", 10) + "OUTER\n");
        for (var bound = 60; bound < 120; bound++)
        {
            var options = new AssemblerOptions { MaxExpandedCharacters = bound };
            Reread(Macros + before, Macros + after, options);
            Reread(Macros + after, Macros + before, options);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_edits(int seed)
    {
        var random = new Random(seed);
        string[] calls = ["NONE", "LABEL", "OUTER", "VALUE", "WHEN 12", "WHENDEFINED .Lown_9", "SAVED", "SECTION", "CALLNAMED", "CHARACTER", "TEXT", "TURNS", "WRITTEN", "NUMERIC", "MNEMONIC", "REPEATED", "JUMP here_1", "nop", ".Lhere_8:", ".ifdef x_9\nnop\n.endif"];
        var repeated = 0;
        for (var unit = 0; unit < 30; unit++)
        {
            var likely = calls.OrderBy(_ => random.Next()).Take(5).Append("NONE").ToArray();
            var lines = Enumerable.Range(0, 6 + random.Next(12)).Select(_ => likely[random.Next(likely.Length)]).Prepend(Repeat("NONE", random.Next(3) == 0 ? 90 : random.Next(10))).ToList();
            AssemblyListing? previous = null;
            for (var edit = 0; edit < 8; edit++)
            {
                var main = new SourceText("t.S", Macros + string.Join('\n', lines) + "\n");
                var listing = Read(main, previous, new AssemblerOptions());
                var difference = ListingComparison.FindDifference(Read(main, null, new AssemblerOptions()), listing);
                Assert.True(difference is null, $"{difference}\nin\n{main.Text}");
                repeated += listing.RepeatedStatements;
                previous = listing;
                lines[1 + random.Next(3)] = random.Next(3) == 0 ? Repeat("NONE", random.Next(12)) : likely[random.Next(likely.Length)];
            }
        }

        Assert.True(repeated > 1_500, $"hardly anything was repeated: {repeated}");
    }

    private static string Repeat(string call, int count) => string.Concat(Enumerable.Repeat(call + "\n", count));

    private static AssemblyListing Reread(string before, string after, AssemblerOptions? options = null)
    {
        options ??= new AssemblerOptions();
        var previous = Read(new SourceText("t.S", before), null, options);
        var main = new SourceText("t.S", after);
        var listing = Read(main, previous, options);
        Assert.Null(ListingComparison.FindDifference(Read(main, null, options), listing));

        // And on top of that.
        main = new SourceText("t.S", before);
        Assert.Null(ListingComparison.FindDifference(Read(main, null, options), Read(main, listing, options)));
        return listing;
    }

    private static AssemblyListing Read(SourceText main, AssemblyListing? previous, AssemblerOptions options) =>
        AsmReader.Read(main, new ReaderOptions { Previous = previous, Assembler = options }, new NoFiles());

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
