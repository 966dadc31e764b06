using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.Tests.Cpp;

/// <summary>Whatever the preprocessor is given, it ends, and says once which bound ended it. (How soon is the benchmarks' to say: a unit test keeps no time.)</summary>
public sealed class PreprocessorBoundTests
{
    public static TheoryData<string, string> Bombs => new()
    {
        { Chain(60, i => $"#define A{i} A{i + 1} A{i + 1}\n") + "A0\n", "1000000 tokens" },
        { Chain(60, i => $"#define A{i}(x) A{i + 1}(x x)\n") + "A0(1)\n", "1000000 tokens" },
        { Chain(60, i => $"#define V{i}(...) V{i + 1}(__VA_ARGS__, __VA_ARGS__)\n") + "V0(1)\n", "1000000 tokens" },
        { "#define F(x) x x\n" + Chain(200, _ => "F(") + "1" + Chain(200, _ => ")") + "\n", "1000000 tokens" },
        { "#define F(x) x\n" + Chain(100_000, _ => "F(") + Chain(100_000, _ => ")") + "\n", "1000000 tokens" },
        { Chain(60, i => $"#define D{i}(x) D{i + 1}(x##x)\n") + "D0(a)\n", "8388608 characters" },
        { "#define S(x) #x\n#define T(x) S(x)\n#define E0(x) T(x)\n" + Chain(60, i => $"#define E{i + 1}(x) T(E{i}(x))\n") + "E60(\"\\\\\")\n", "8388608 characters" },
        { Chain(40, i => $"#define A{i} A{i + 1} + A{i + 1}\n") + "#if A0\n#endif\n", "1000000 tokens" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_bomb_ends_with_one_message(string bomb, string bound)
    {
        var result = Preprocess(bomb + "last\n");

        var diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal("EG0015", diagnostic.Id);
        Assert.Contains(bound, diagnostic.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Lines, line => line.Text.Text == "last");
    }

    [Theory]
    [InlineData("#include \"self.h\"\n")]
    [InlineData("#include \"self.h\"\n#include \"self.h\"\n#include \"self.h\"\n")]
    [InlineData("#include \"self.h\"\n#include \"other.h\"\n")]
    [InlineData("#if __has_include(\"self.h\")\n#include \"self.h\"\n#include \"other.h\"\n#endif\n")]
    public void A_file_that_includes_itself_is_read_to_the_bound_and_reported_once(string text)
    {
        var result = new Preprocessor(new PreprocessorOptions(), new Files(("self.h", text), ("other.h", "#include \"self.h\"\n"))).Process(new SourceText("t.S", text + "last\n"));

        Assert.Equal("EG0002", Assert.Single(result.Diagnostics).Id);
        Assert.Equal("last", result.Lines[^1].Text.Text);
    }

    [Fact]
    public void A_condition_that_nests_too_deeply_is_one_error()
    {
        foreach (var (open, close) in new[] { ("(", ")"), ("!", ""), ("1 ? ", " : 0") })
        {
            var result = Preprocess("#if " + Chain(100_000, _ => open) + "1" + Chain(100_000, _ => close) + "\n#endif\nlast\n");

            Assert.Equal("EG0007", Assert.Single(result.Diagnostics).Id);
            Assert.Equal("last", Assert.Single(result.Lines).Text.Text);
        }
    }

    [Fact]
    public void Conditionals_may_nest_as_deep_as_there_are_lines()
    {
        var result = Preprocess(Chain(100_000, _ => "#if 1\n") + "last\n" + Chain(100_000, _ => "#endif\n"));

        Assert.Empty(result.Diagnostics);
        Assert.Equal("last", Assert.Single(result.Lines).Text.Text);
    }

    [Fact]
    public void Bounds_are_options()
    {
        const string text = "#define A B B B B\n#define B C C C C\nA\nA\n";
        Assert.Empty(Preprocess(text).Diagnostics);
        Assert.Contains("10 tokens", Message(text, new PreprocessorOptions { MaxExpandedTokens = 10 }), StringComparison.Ordinal);
        Assert.Contains("10 characters", Message(text, new PreprocessorOptions { MaxOutputCharacters = 10 }), StringComparison.Ordinal);
        Assert.Contains("3 lines", Message(text, new PreprocessorOptions { MaxLines = 3 }), StringComparison.Ordinal);
        Assert.Contains("deeper than 1", Message(text, new PreprocessorOptions { MaxExpansionDepth = 1 }), StringComparison.Ordinal);
        Assert.Contains("more than 2 messages", Preprocess("#error\n#error\n#error\n#error\n", new PreprocessorOptions { MaxDiagnostics = 2 }).Diagnostics[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => new Preprocessor(new PreprocessorOptions(), new Files()).Process(new SourceText("t.S", "nop\n"), source.Token));
    }

    [Fact]
    public void Reading_can_be_cancelled_between_lines_that_expand_nothing()
    {
        using var source = new CancellationTokenSource();
        var main = new SourceText("t.S", "#include \"cancel.h\"\n" + Chain(3_000, _ => "nop\n"));

        Assert.Throws<OperationCanceledException>(() => new Preprocessor(new PreprocessorOptions(), new Cancelling(source)).Process(main, source.Token));
    }

    private sealed class Cancelling(CancellationTokenSource source) : ISourceResolver
    {
        public SourceText? TryRead(string path)
        {
            source.Cancel();
            return new SourceText(path, "");
        }
    }

    private static string Message(string text, PreprocessorOptions options) => Assert.Single(Preprocess(text, options).Diagnostics).Message;

    private static PreprocessorResult Preprocess(string text, PreprocessorOptions? options = null) =>
        new Preprocessor(options ?? new PreprocessorOptions(), new Files()).Process(new SourceText("t.S", text));

    private static string Chain(int count, Func<int, string> piece) => string.Concat(Enumerable.Range(0, count).Select(piece));

    private sealed class Files(params (string Path, string Text)[] files) : ISourceResolver
    {
        private readonly Dictionary<string, SourceText> _texts = files.ToDictionary(file => file.Path, file => new SourceText(file.Path, file.Text), StringComparer.Ordinal);

        public SourceText? TryRead(string path) => _texts.GetValueOrDefault(path);
    }
}
