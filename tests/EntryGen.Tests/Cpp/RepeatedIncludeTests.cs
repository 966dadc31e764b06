using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.Tests.Harness;

namespace EntryGen.Tests.Cpp;

/// <summary>Includes that do what they did before an edit are not read again; whatever the edit, the result is that of a full reading.</summary>
public class RepeatedIncludeTests
{
    private const string Unit = "#include \"a.h\"\n\tnop\n#include \"b.h\"\n\tA B\n";

    private static readonly (string, string)[] Headers =
    [
        ("a.h", "#define A push\n#include \"c.h\"\n.macro M x\n\\x\n.endm\n"),
        ("b.h", "#ifdef WANTED\ncli\n#endif\n#define B %rbx\nA %rax\n"),
        ("c.h", "#pragma once\nsti\n"),
    ];

    [Theory]
    [InlineData(Unit, Unit, 3)]
    [InlineData(Unit, "\tcli\n" + Unit + "\tsti\n", 3)]
    [InlineData(Unit, "#include \"b.h\"\n" + Unit, 1)] // in another order nothing is known but what the preprocessor itself defines
    [InlineData(Unit, "#define WANTED\n" + Unit, 1)]
    [InlineData("#define WANTED\n" + Unit, Unit, 1)]
    [InlineData("#include \"a.h\"\n#undef A\n#include \"b.h\"\n", "#include \"a.h\"\n#include \"b.h\"\n", 2)]
    [InlineData("#include \"a.h\"\n#include \"b.h\"\n", "#include \"a.h\"\n#undef A\n#include \"b.h\"\n", 2)]
    [InlineData("#include \"a.h\"\n#pragma push_macro(\"A\")\n#include \"b.h\"\n", "#include \"a.h\"\n#pragma push_macro(\"A\")\nnop\n#include \"b.h\"\n", 2)]
    [InlineData("#include \"a.h\"\n#define F(x) x\nF(\n#include \"b.h\"\n)\n", "#include \"a.h\"\nnop\n#define F(x) x\nF(\n#include \"b.h\"\n)\n", 2)]
    [InlineData("#include \"missing.h\"\n" + Unit, "nop\n#include \"missing.h\"\n" + Unit, 3)]
    [InlineData("#if 1\n" + Unit + "#endif\n", "#if 1\n\n" + Unit + "#endif\n", 3)]
    public void As_much_is_repeated_as_is_the_same(string before, string after, int parts)
    {
        var first = Read(before, new Files(Headers), null);
        var files = new Files(Headers) { Texts = first.Files.Texts };
        AssertSame(after, files, first.Listing, parts);
    }

    [Theory]
    [InlineData("a.h", 1)]
    [InlineData("b.h", 2)]
    [InlineData("c.h", 1)] // by way of a.h
    [InlineData("d.h", 3)] // nobody asked for it
    public void An_edited_header_is_read(string edited, int parts)
    {
        var first = Read(Unit, new Files(Headers), null);
        var files = new Files([.. Headers.Where(header => header.Item1 != edited), (edited, "hlt\n#define WANTED\n")]);
        foreach (var known in first.Files.Texts.Where(pair => pair.Key != edited))
        {
            files.Texts[known.Key] = known.Value;
        }

        AssertSame(Unit, files, first.Listing, parts);
    }

    [Fact]
    public void A_file_that_appears_is_found()
    {
        const string unit = "#include \"a.h\"\n#if __has_include(\"late.h\")\ncli\n#endif\n";
        var headers = new[] { ("a.h", "#if __has_include(\"late.h\")\n#include \"late.h\"\n#endif\n") };
        var first = Read(unit, new Files(headers), null);
        var files = new Files([.. headers, ("late.h", "hlt\n")]);
        files.Texts["a.h"] = first.Files.Texts["a.h"];
        var second = Read(unit, files, first.Listing);
        Assert.Equal(["hlt", "cli"], second.Listing.Statements.Select(statement => statement.Name));
    }

    [Fact]
    public void Other_options_are_another_run()
    {
        var files = new Files(Headers);
        var first = Read(Unit, files, null).Listing;
        foreach (var options in new[] { new PreprocessorOptions { Defines = ["WANTED"] }, new PreprocessorOptions { MaxLines = 5 }, new PreprocessorOptions { ForcedIncludes = ["c.h"] } })
        {
            AssertSame(Unit, files, first, 0, options);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_edits_of_random_files(int seed)
    {
        var random = new Random(seed);
        var repeated = 0;
        for (var unit = 0; unit < 20; unit++)
        {
            var files = new Files([.. Enumerable.Range(0, 5).Select(i => ($"h{i}.h", Lines(random, 6)))]);
            var options = new PreprocessorOptions { Defines = unit % 2 == 0 ? ["X0=1"] : [], ForcedIncludes = unit % 3 == 0 ? ["h0.h"] : [], MaxIncludeDepth = 8, MaxExpandedTokens = 2_000, MaxLines = 400 };
            var text = Lines(random, 12);
            AssemblyListing? previous = null;
            var tokens = new TokenCache();
            for (var edit = 0; edit < 10; edit++)
            {
                var main = new SourceText("t.S", text);
                var read = new ReaderOptions { Preprocessor = options, Cache = tokens };
                var again = AsmReader.Read(main, read with { Previous = previous }, files);
                var difference = ListingComparison.FindDifference(AsmReader.Read(main, read, files), again);
                Assert.True(difference is null, $"{difference}\nin\n{text}\nwith\n{string.Join('\n', files.Texts.Values.Select(file => $"{file}: {file.Text}"))}");
                repeated += previous is null ? 0 : again.Preprocessing!.Parts.Intersect(previous.Preprocessing!.Parts).Count();
                previous = again;
                text = EditLine(random, text);
                if (random.Next(4) == 0)
                {
                    var header = $"h{random.Next(5)}.h";
                    files.Texts[header] = new SourceText(header, EditLine(random, files.Texts[header].Text));
                }
            }
        }

        Assert.True(repeated > 200, $"hardly anything was repeated: {repeated}");
    }

    private static string EditLine(Random random, string text)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        if (random.Next(2) == 0)
        {
            lines.RemoveAt(at);
        }

        lines.Insert(Math.Min(at, lines.Count), Line(random));
        return string.Join('\n', lines);
    }

    private static string Lines(Random random, int most) => string.Join('\n', Enumerable.Range(0, random.Next(most) + 1).Select(_ => Line(random))) + "\n";

    private static string Line(Random random)
    {
        var (x, y, h) = (random.Next(4), random.Next(4), random.Next(6));
        return random.Next(22) switch
        {
            0 or 1 or 2 or 3 or 4 => $"#include \"h{h}.h\"",
            5 => $"#define X{x} X{y}",
            6 => $"#define F{x}(a) a + X{y}",
            7 => $"#undef X{x}",
            8 => $"#ifdef X{x}\nnop\n#endif",
            9 => $"#if X{x} > {y}\n#include \"h{h}.h\"\n#else\ncli\n#endif",
            10 => "#pragma once",
            11 => random.Next(2) == 0 ? $"#pragma push_macro(\"X{x}\")" : $"#pragma pop_macro(\"X{x}\")",
            12 => $"#import \"h{h}.h\"",
            13 => $"\tmov $F{x}(1), %eax",
            14 => $"F{x}(\n#include \"h{h}.h\"\n)",
            15 => ".long __COUNTER__, __LINE__, __INCLUDE_LEVEL__",
            16 => $"\tpush $X{x}",
            17 => $"F{x}",
            18 => $".macro M{x} a\n.long X{y}, \\a\n.endm\n",
            19 => $"M{x} X{y}",
            20 => $"#if __has_include(\"h{h}.h\")\nsti\n#endif",
            _ => $".ascii __FILE__, __BASE_FILE__",
        };
    }

    // A reading with another one to follow, compared with one that has none: and how many parts it repeated.
    private static void AssertSame(string text, Files files, AssemblyListing previous, int parts, PreprocessorOptions? options = null)
    {
        var main = new SourceText("t.S", text);
        var again = Read(main, files, previous, options);
        Assert.Null(ListingComparison.FindDifference(Read(main, files, null, options), again));
        Assert.Equal(parts, again.Preprocessing!.Parts.Intersect(previous.Preprocessing!.Parts).Count());
    }

    private static (AssemblyListing Listing, Files Files) Read(string text, Files files, AssemblyListing? previous) => (Read(new SourceText("t.S", text), files, previous), files);

    private static AssemblyListing Read(SourceText main, Files files, AssemblyListing? previous, PreprocessorOptions? options = null) =>
        AsmReader.Read(main, new ReaderOptions { Previous = previous, Cache = files.Tokens, Preprocessor = options ?? new PreprocessorOptions() }, files);

    private sealed class Files((string Path, string Text)[] files) : ISourceResolver
    {
        private static readonly TokenCache Shared = new();

        public TokenCache Tokens => Shared;

        public Dictionary<string, SourceText> Texts { get; init; } = files.ToDictionary(file => file.Path, file => new SourceText(file.Path, file.Text), StringComparer.Ordinal);

        public SourceText? TryRead(string path) => Texts.GetValueOrDefault(path);
    }
}
