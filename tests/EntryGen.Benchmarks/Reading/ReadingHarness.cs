using System.Diagnostics;
using System.Globalization;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;
using EntryGen.OracleTests;

namespace EntryGen.Benchmarks;

/// <summary>Reads entry_64.S of Linux 6.12 in turns with gcc and GNU as, so that a noisy neighbour meets all, and prints minima, medians and ratios.</summary>
internal sealed class ReadingHarness
{
    private const string Version = "6.12";
    private const string Unit = "entry_64";

    /// <summary>An instruction of the first entry in the file: nearly everything comes behind it.</summary>
    private const string Edited = "swapgs";

    private readonly PreprocessorOptions _options = KernelTrees.Options(Version);
    private readonly FileResolver _files = new(KernelTrees.Tree(Version));
    private readonly SourceText _text = KernelTrees.ReadUnit(Version, Unit);
    private readonly TokenCache _tokens = new();
    private int _edits;

    /// <summary>Runs some rounds.</summary>
    public static void Run(int rounds)
    {
        if (KernelTrees.Missing is { } reason)
        {
            Console.WriteLine("Nothing to read: " + reason);
            return;
        }

        new ReadingHarness().Measure(rounds);
    }

    private void Measure(int rounds)
    {
        using var gnu = new GnuTools(Version, Unit);
        var preprocess = new Series("gcc -E, process");
        var assemble = new Series("as, process");
        var own = new Series("cpp, headers known");
        var full = new Series("cpp + expansion, nothing known");
        var known = new Series("cpp + expansion, headers known");
        var edited = new Series("cpp + expansion after an edit");
        var call = new Series("cpp + expansion after a call more or less");
        var program = new Series("Program of all entries, from statements");
        var whole = new Series("text to Program after an edit");
        for (var round = -4; round < rounds; round++)
        {
            // The first rounds are for the JIT.
            var turns = round < 0 ? 20 : 5;
            Keep(preprocess, gnu.Preprocess());
            Keep(assemble, gnu.Assemble());
            Keep(own, Best(own, turns, () => Preprocess(_text, _tokens)));
            Keep(full, Best(full, turns, () => Read(_text, null)));
            Keep(known, Best(known, turns, () => Read(_text, _tokens)));
            var listing = Read(_text, _tokens);
            Keep(edited, Best(edited, turns, () => listing = Read(Edit(), _tokens, listing)));
            listing = Read(_text, _tokens);
            Keep(call, Best(call, turns, () => listing = Read(EditCalls(), _tokens, listing)));
            listing = Read(_text, _tokens);
            Keep(program, Best(program, turns, () => Build(listing)));
            Keep(whole, Best(whole, turns, () => Build(listing = Read(Edit(), _tokens, listing))));

            void Keep(Series series, double time)
            {
                if (round >= 0)
                {
                    series.Times.Add(time);
                }
            }
        }

        Console.WriteLine($"{"what",-44} {"min",8} {"median",8} ms {"allocated",10} MiB");
        foreach (var series in new[] { preprocess, assemble, own, full, known, edited, call, program, whole })
        {
            Console.WriteLine(series);
        }

        var gcc = preprocess.Minimum + assemble.Minimum;
        PrintRatio("cpp + expansion, headers known / gcc -E and as", known.Minimum / gcc);
        PrintRatio("cpp + expansion, nothing known / gcc -E and as", full.Minimum / gcc);
        PrintRatio("after an edit / nothing known", edited.Minimum / full.Minimum);
        PrintRatio("after an edit / headers known", edited.Minimum / known.Minimum);
        PrintRatio("after a call more or less / nothing known", call.Minimum / full.Minimum);
    }

    private PreprocessorResult Preprocess(SourceText text, TokenCache? cache) => new Preprocessor(_options, _files, cache).Process(text);

    private AssemblyListing Read(SourceText text, TokenCache? cache, AssemblyListing? previous = null) =>
        AsmReader.Read(text, new ReaderOptions { Preprocessor = _options, Cache = cache, Previous = previous }, _files);

    private static ProgramResult Build(AssemblyListing listing) => ProgramBuilder.Build([new ProgramUnit(Unit, listing, listing.PreprocessorMacros!)], new ProgramOptions());

    // Another instruction before the first swapgs: a text never seen before, as one types it.
    private SourceText Edit() => Insert(string.Create(CultureInfo.InvariantCulture, $"\tmovl $0x{++_edits:x}, %eax\n"));

    // One or two calls of a macro at the same place: the numbers of all calls behind it change.
    private SourceText EditCalls() => Insert(string.Concat(Enumerable.Repeat("\tPUSH_REGS\n", 1 + (++_edits % 2))));

    private SourceText Insert(string line) => new(_text.Path, _text.Text.Insert(_text.Text.IndexOf("\t" + Edited, StringComparison.Ordinal), line));

    // The best of a few turns within the round, and what one of them allocates.
    private static double Best(Series series, int turns, Func<object> action)
    {
        var best = double.MaxValue;
        for (var turn = 0; turn < turns; turn++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            series.Allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        }

        return best;
    }

    private static void PrintRatio(string what, double ratio) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {ratio:F2}"));

    private sealed class Series(string name)
    {
        public List<double> Times { get; } = [];

        public double Minimum => Times.Min();

        public long Allocated { get; set; }

        public override string ToString()
        {
            var sorted = Times.Order().ToList();
            var allocated = Allocated == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Allocated / 1048576.0,10:F1}");
            return string.Create(CultureInfo.InvariantCulture, $"{name,-44} {sorted[0],8:F2} {sorted[sorted.Count / 2],8:F2}    {allocated}");
        }
    }
}
