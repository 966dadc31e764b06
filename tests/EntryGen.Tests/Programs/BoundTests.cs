using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow;
using EntryGen.Asm.Text;
using EntryGen.Tests.Gas;

namespace EntryGen.Tests.Programs;

/// <summary>Programs of any size and shape are built and analyzed; what is too much is said once. (How soon is the benchmarks' to say.)</summary>
public sealed class BoundTests
{
    [Fact]
    public void Data_that_refers_to_data_in_a_long_chain_is_kept_to_its_end()
    {
        const int length = 20_000;
        var result = Build("movq d0(%rip), %rax\nret\n" + Repeat(length, i => $".section .d{i}\nd{i}: .quad d{i + 1}\n") + $"d{length}: .quad 0\n");

        Assert.Empty(result.Diagnostics);
        Assert.Equal(length + 1, result.Program.Sections.Count);
    }

    [Fact]
    public void Warnings_beyond_the_bound_are_counted_as_one_more_and_hide_no_error()
    {
        var result = Build(Repeat(300, i => $"unknown{i} %rax\n") + "movq %rax\n");

        Assert.Equal(101, result.Diagnostics.Count(diagnostic => diagnostic.Descriptor.Severity == AsmSeverity.Warning));
        Assert.Contains("more than 100 warnings", result.Diagnostics[100].Message, StringComparison.Ordinal);
        Assert.Equal("EG0061", Assert.Single(result.Diagnostics, diagnostic => diagnostic.Descriptor.Severity == AsmSeverity.Error).Id);
        Assert.Equal(301, result.Program.Items.Count);
    }

    [Fact]
    public void Errors_beyond_the_bound_are_one_more_error()
    {
        var result = Build(Repeat(300, _ => "movq %rax\n"), new ProgramOptions { MaxDiagnostics = 7 });

        Assert.Equal(8, result.Diagnostics.Count);
        Assert.Contains("more than 7 errors", result.Diagnostics[7].Message, StringComparison.Ordinal);
        Assert.All(result.Diagnostics, diagnostic => Assert.Equal(AsmSeverity.Error, diagnostic.Descriptor.Severity));
    }

    [Theory]
    [InlineData("(", "1", ")")]
    [InlineData("-", "1", "")]
    [InlineData("1+", "1", "")]
    public void A_value_that_nests_too_deeply_is_an_error(string before, string middle, string behind)
    {
        var value = Repeat(2_000, _ => before) + middle + Repeat(2_000, _ => behind);

        Assert.Equal("EG0043", Assert.Single(GasHarness.Assemble($".data\n.byte {value}\n").Diagnostics).Id);
        Assert.Equal("EG0065", Assert.Single(Build($"movl ${value}, %eax\n").Diagnostics).Id);
    }

    [Fact]
    public void Symbols_that_stand_for_more_and_more_are_not_computed_forever()
    {
        // Each use would take 2^60 steps.
        var chain = Repeat(60, i => $"s{i} == s{i + 1} + s{i + 1}\n") + "s60 = 1\n";
        var result = Build(chain + "movb d(%rip), %al\n.data\nd:\n" + Repeat(2_000, _ => ".byte s0\n"));

        Assert.Equal(101, result.Diagnostics.Count);
        Assert.Equal("EG0044", result.Diagnostics[0].Id);
        Assert.Contains("too large", result.Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alternative_longer_than_its_length_can_say_is_refused()
    {
        const string record = ".section .altinstructions\n.long 1b - .\n.long 3b - .\n.4byte 7\n.byte 2b - 1b, 4b - 3b\n";
        string Unit(int length) => ".text\n1:\n" + Repeat(length, _ => "nop\n") + "2: ret\n.section .altinstr_replacement, \"ax\"\n3: nop\n4:\n" + record;

        Assert.Empty(Build(Unit(255)).Diagnostics);
        Assert.Equal("EG0072", Assert.Single(Build(Unit(256)).Diagnostics).Id);
    }

    [Fact]
    public void Alternatives_at_one_place_and_beside_each_other_stay_apart()
    {
        var text = ".text\n" + Repeat(50, i => $"a{i}: nop\nb{i}:\n") + "ret\n.section .altinstr_replacement, \"ax\"\nr: nop\ns:\n.section .altinstructions\n"
            + Repeat(50, i => Record($"a{49 - i}", $"b{49 - i}")) + Record("a7", "b7") + Record("a7", "a7") + Record("a3", "b4");
        var result = Build(text);

        Assert.Contains("overlaps", Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
        var sites = result.Program.Items.OfType<AlternativeSite>().ToList();
        Assert.Equal(51, sites.Count);
        Assert.Equal(2, Assert.Single(sites, site => site.Choices.Count > 1).Choices.Count);

        static string Record(string start, string end) => $".long {start} - .\n.long r - .\n.4byte 7\n.byte {end} - {start}, s - r\n";
    }

    [Fact]
    public void An_alternative_before_data_is_an_error_that_leaves_other_alternatives_whole()
    {
        var result = Build("ALTERNATIVE \"\", \"nop\", 1\n.ascii \"data\"\ncld\nALTERNATIVE \"std\", \"lfence\", 2\nret\n");

        Assert.Equal("EG0072", Assert.Single(result.Diagnostics).Id);
        var items = result.Program.Items;
        Assert.All(items, item => Assert.Same(item, items[item.Index]));
        Assert.All(items, item => Assert.True(item.Next is null || ReferenceEquals(item.Next, items[item.Next.Index])));
        Assert.All(items.OfType<AlternativeSite>().SelectMany(site => site.Choices), choice => Assert.Same(choice.Target, items[choice.Target.Index]));
    }

    [Fact]
    public void Calls_and_returns_are_paired_where_they_are_few()
    {
        var graph = FlowGraph.Create(Build("f: call g\nnop\nret\ng: ret\n").Program);

        Assert.Empty(graph.Calls.Unpaired);
        Assert.Same(graph.Program.Items[1], Assert.Single(graph.Successors(graph.Program.Items[3])));
    }

    [Fact]
    public void Calls_and_returns_are_not_paired_where_there_are_too_many_and_then_any_place_may_be_returned_to()
    {
        // Every place reaches every other: the pairs are the square of the places.
        const int places = 2_000;
        var graph = FlowGraph.Create(Build(Repeat(places, i => $"f{i}: call f{(i * 31 + 7) % places}\njz f{(i * 17 + 3) % places}\nret\n")).Program);

        Assert.Equal(places, graph.Calls.Unpaired.Count);
        Assert.All(graph.Calls.Unpaired, place => Assert.True(graph.IsAddressTaken(place)));
        Assert.All(graph.Program.Items.Where(item => item.Next is null), ret => Assert.Empty(graph.Successors(ret)));
        FlagLiveness.Create(graph);
        PoisonFlow.Create(graph);
    }

    [Fact]
    public void Building_can_be_cancelled()
    {
        var listing = GasHarness.Assemble(Repeat(2_000, _ => "nop\n"));
        var macros = new Preprocessor(new(), new NoFiles()).Process(new("t.S", "")).Macros;
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => ProgramBuilder.Build([new ProgramUnit("t", listing, macros)], new ProgramOptions(), source.Token));
    }

    private static string Repeat(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(line));

    private static ProgramResult Build(string text, ProgramOptions? options = null) => Assembled.Result(text, options);

    private sealed class NoFiles : ISourceResolver
    {
        public SourceText? TryRead(string path) => null;
    }
}
