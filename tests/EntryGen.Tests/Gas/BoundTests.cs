using EntryGen.Asm.Gas;
using static EntryGen.Tests.Gas.GasHarness;

namespace EntryGen.Tests.Gas;

/// <summary>Whatever the input, reading ends, with a message when a bound was hit. (How soon is the benchmarks' to say: a unit test keeps no time.)</summary>
public class BoundTests
{
    [Fact]
    public void Sizes_that_depend_on_distances_do_not_nest()
    {
        var text = "a: nop\nb: nop\n.rept 20000\n.skip b - a\n.endr\n.if . - a == 20002\ncli\n.endif\n.skip c - a\n.if . - a == 0\n.endif\nc:";
        var listing = Assemble(text);
        Assert.Equal("cli", listing.Statements[listing.Statements.Count - 3].Text.Text);
        Assert.Equal("EG0044", Assert.Single(listing.Diagnostics).Id);
    }

    [Theory]
    [InlineData(".macro A\nA\n.endm\nA")]
    [InlineData(".macro A\nB\n.endm\n.macro B\nA\n.endm\nA")]
    [InlineData(".macro A\nA\nA\nA\n.endm\nA")]
    [InlineData(".macro A x\nA \\x\\x\n.endm\nA abcdefgh")]
    [InlineData(".macro A x:vararg\nA \\x \\x\n.endm\nA a")]
    [InlineData(".rept 65536\n.rept 65536\nnop\n.endr\n.endr")]
    [InlineData(".rept 65536\n.rept 65536\n;\n.endr\n.endr")]
    [InlineData(".rept 1000000000\nnop\n.endr")]
    [InlineData(".rept 0x7fffffffffffffff\nnop\n.endr")]
    [InlineData(".macro A\n.rept 60000\nA\n.endr\n.endm\nA")]
    [InlineData(".macro A\n.irp x, A, A, A\n\\x\n.endr\n.endm\nA")]
    [InlineData(".macro A\n.macro B\\@\nA\n.endm\nB\\@\n.endm\nA")]
    [InlineData(".rept 60000\n.rept 60000\n.endr\n.endr")]
    public void A_bomb_ends_with_one_message(string bomb)
    {
        var listing = Assemble(bomb);
        Assert.Equal("EG0042", Assert.Single(listing.Diagnostics).Id);
    }

    [Fact]
    public void Work_that_leaves_no_text_is_bounded_too()
    {
        var places = ".macro A a\n" + string.Concat(Enumerable.Repeat("\\a", 100_000)) + "\n.endm\n";
        var parameters = ".macro A " + string.Join(' ', Enumerable.Range(0, 50_000).Select(i => "p" + i)) + "\n.endm\n";
        foreach (var text in new[] { places, parameters })
        {
            Assert.Equal("EG0042", Assert.Single(Assemble(text + ".rept 10000\nA\n.endr").Diagnostics).Id);
        }
    }

    [Fact]
    public void Bounds_are_options()
    {
        const string text = ".macro A n\n.if \\n\nnop\nA (\\n-1)\n.endif\n.endm\nA 20";
        Assert.Empty(Assemble(text).Diagnostics);
        Assert.Equal("EG0042", Assert.Single(Assemble(text, new AssemblerOptions { MaxDepth = 10 }).Diagnostics).Id);
        Assert.Equal("EG0042", Assert.Single(Assemble(text, new AssemblerOptions { MaxStatements = 30 }).Diagnostics).Id);
        Assert.Equal("EG0042", Assert.Single(Assemble(text, new AssemblerOptions { MaxExpandedCharacters = 100 }).Diagnostics).Id);
        Assert.Equal("EG0042", Assert.Single(Assemble(".rept 3\n.endr", new AssemblerOptions { MaxRepetitions = 2 }).Diagnostics).Id);
    }

    [Fact]
    public void A_macro_that_calls_itself_is_reported_once_however_often_it_is_called() =>
        Assert.Single(Assemble(".macro A\nA\n.endm\n" + string.Concat(Enumerable.Repeat("A\n", 100))).Diagnostics);

    [Fact]
    public void Reading_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var lines = Lines(new EntryGen.Asm.Text.SourceText("t", string.Concat(Enumerable.Repeat("nop\n", 1000))));
        Assert.Throws<OperationCanceledException>(() => new Assembler(new AssemblerOptions()).Assemble(lines, source.Token));
    }

    [Fact]
    public void Mutations_of_valid_text_never_throw_and_always_end()
    {
        const string seedText = """
            .macro SHOW a:req b=DEF, c:vararg
             .if (\a) == %rsp && 1 << 2 | 3
            .L\@: .ascii "[\a][\b]; \"\c\" \@", 'x'
             .elseif \a & ~(0x10 - 017)
             .exitm
             .else
             .irp x, "a b", (c d), <e>
             .irpc y, "xyz"
             \x \y &a \(raw)
             .endr
             .endr
             .endif
            .endm
            .altmacro
            .macro L v
             LOCAL q, r
            q: .byte v; .long q - r, 1b, . - 4
            r: .purgem L
            .endm
             L %1+2 ; L <a!>b>
            .noaltmacro
             v = 1; .set v, v + 1; w == v * 2; . = . + 8
            1: 2: SHOW 1 2 3; SHOW a=%rsp, b="x;y"
            .pushsection .s, 1, "ax"; .previous; .popsection; .subsection 2
            .rept 3
            0 : .fill 0b + 8 - ., 1, 0xcc # c
            .endr
             .ifc a, b; .ifdef v; .ifeqs "a", "b"; .endif; .endif; .endif
             rep movsb; lock btrl $1, 8(%rax, %rbx, 4); "quoted": nop /* c */
            """;
        const string alphabet = "\\\"';:,.()[]<>!%&@#/=+-*|^~$ \t\n\r\0aA0\u00e9\uffff";
        var fragments = seedText.Split('\n', ' ');
        var random = new Random(20240611);
        var options = new AssemblerOptions { MaxStatements = 2_000, MaxExpandedCharacters = 200_000, MaxRepetitions = 1_000 };
        for (var round = 0; round < 2_000; round++)
        {
            var text = new System.Text.StringBuilder(seedText);
            for (var edits = random.Next(1, 12); edits > 0; edits--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0:
                        text.Insert(at, alphabet[random.Next(alphabet.Length)]);
                        break;
                    case 1:
                        text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at));
                        break;
                    case 2:
                        text.Insert(at, fragments[random.Next(fragments.Length)]);
                        break;
                    default:
                        text[at] = alphabet[random.Next(alphabet.Length)];
                        break;
                }
            }

            var listing = Assemble(text.ToString(), options);
            foreach (var diagnostic in listing.Diagnostics)
            {
                Assert.NotEmpty(diagnostic.ToString());
                var span = Assert.NotNull(diagnostic.Span);
                Assert.InRange(span.Start + span.Length, 0, span.Source.Text.Length);
            }

            Assert.All(listing.Statements, statement => Assert.NotNull(statement.Text.Text + statement.Operands.Text));
        }
    }
}
