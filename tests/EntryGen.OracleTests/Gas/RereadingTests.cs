using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.OracleTests.Fuzz;
using EntryGen.Tests.Harness;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Gas;

/// <summary>Random edits, one on top of the other: reading again gives what a full reading gives, in everything that can be seen.</summary>
public class RereadingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_programs(int seed)
    {
        var random = new Random(seed);
        var programs = Enumerable.Range(0, 400).Select(_ => new RandomProgram(random).Make()).ToArray();
        var mutator = new TextMutator(random, programs);
        var (edits, repeated) = (0, 0L);
        foreach (var _ in Enumerable.Range(0, 100))
        {
            // Several programs in one text, so that much is left by each edit.
            var text = string.Concat(Enumerable.Range(0, 6).Select(_ => Pick(random, programs)));
            var unit = new EditedUnit(new SourceText("t.S", text), new ReaderOptions(), new Overlay(null));
            for (var edit = 0; edit < 10; edit++)
            {
                text = edit % 2 == 0 ? EditLine(random, text, programs) : mutator.Mutate(text);
                repeated += unit.Edit(new SourceText("t.S", text)).RepeatedStatements;
                edits++;
            }
        }

        Assert.True(repeated > edits, "hardly anything was repeated");
        output.Report("Readings after an edit, compared with full ones", $"random programs, seed {seed}", ("edits", edits), ("statements repeated", repeated), ("mismatches", 0));
    }

    [KernelTheory]
    [InlineData("6.1", "entry_64", 60)]
    [InlineData("6.1", "entry_64_compat", 100)]
    [InlineData("6.12", "entry_64", 60)]
    [InlineData("6.12", "entry_64_compat", 100)]
    [InlineData("6.12", "entry", 100)]
    public void Kernel_files(string version, string unit, int edits)
    {
        var random = new Random(unit.Length + version.Length);
        var original = KernelTrees.ReadUnit(version, unit);
        var lines = new[] { original.Text };
        var mutator = new TextMutator(random, lines);
        var edited = new EditedUnit(original, new ReaderOptions { Preprocessor = KernelTrees.Options(version), Cache = new TokenCache() }, new Overlay(new FileResolver(KernelTrees.Tree(version))));
        var text = original.Text;
        long repeated = 0;
        long all = 0;
        for (var i = 0; i < edits; i++)
        {
            text = i % 10 == 9 ? original.Text : i % 5 == 4 ? mutator.Mutate(text) : EditLine(random, text, lines);
            var listing = edited.Edit(new SourceText(original.Path, text));
            repeated += listing.RepeatedStatements;
            all += listing.Statements.Count;
        }

        output.Report("Readings after an edit, compared with full ones", $"{version} {unit}", ("edits", edits), ("statements", all), ("statements repeated", repeated), ("mismatches", 0));
    }

    // Headers hold most of the macros; an edit there reaches every unit.
    [KernelTheory]
    [InlineData("6.1", "arch/x86/entry/calling.h", 40)]
    [InlineData("6.12", "arch/x86/entry/calling.h", 40)]
    [InlineData("6.12", "arch/x86/include/asm/idtentry.h", 40)]
    public void Headers_of_kernel_files(string version, string header, int edits)
    {
        var random = new Random(header.Length);
        var path = header.StartsWith("arch/x86/include", StringComparison.Ordinal) ? Path.Combine(KernelTrees.Tree(version), header) : header;
        var original = File.ReadAllText(Path.Combine(KernelTrees.Tree(version), header));
        var files = new Overlay(new FileResolver(KernelTrees.Tree(version)));
        var main = KernelTrees.ReadUnit(version, "entry_64");
        var edited = new EditedUnit(main, new ReaderOptions { Preprocessor = KernelTrees.Options(version), Cache = new TokenCache() }, files);
        var text = original;
        long repeated = 0;
        for (var i = 0; i < edits; i++)
        {
            text = i % 8 == 7 ? original : EditLine(random, text, [original]);
            files.Text = new SourceText(path, text);
            repeated += edited.Edit(main).RepeatedStatements;
        }

        Assert.True(repeated > 0);
        output.Report("Readings after an edit, compared with full ones", $"{version} {header}", ("edits", edits), ("statements repeated", repeated), ("mismatches", 0));
    }

    private static string Pick(Random random, IReadOnlyList<string> from) => from[random.Next(from.Count)];

    // What people do: a line more, a line less, a line again, another operand.
    private static string EditLine(Random random, string text, IReadOnlyList<string> others)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(5))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(at, Pick(random, Pick(random, others).Split('\n')));
                break;
            case 2:
                lines.Insert(at, lines[at]);
                break;
            case 3:
                lines.Insert(at, Pick(random, ["\tnop", "label:", "\tx = 1", "", "/* text */", "\tENDBR", "\tcall f", ".macro new", ".endm", "\tPUSH_AND_CLEAR_REGS"]));
                break;
            default:
                lines[at] = lines[at].Replace('r', 'e').Replace('1', '2');
                break;
        }

        return string.Join('\n', lines);
    }

    /// <summary>A unit that is read again and again, each time also from the start.</summary>
    private sealed class EditedUnit(SourceText main, ReaderOptions options, ISourceResolver files)
    {
        private AssemblyListing _previous = AsmReader.Read(main, options, files);

        public AssemblyListing Edit(SourceText text)
        {
            var again = AsmReader.Read(text, options with { Previous = _previous }, files);
            var difference = ListingComparison.FindDifference(AsmReader.Read(text, options, files), again);
            Assert.True(difference is null, $"{difference}\nin\n{text.Text}");
            return _previous = again;
        }
    }

    /// <summary>Files, of which one can say something else.</summary>
    private sealed class Overlay(ISourceResolver? files) : ISourceResolver
    {
        public SourceText? Text { get; set; }

        public SourceText? TryRead(string path) => path == Text?.Path ? Text : files?.TryRead(path);
    }
}
