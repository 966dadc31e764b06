using System.Diagnostics;
using System.Globalization;
using EntryGen.Asm;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Rules;
using EntryGen.Asm.Text;
using EntryGen.OracleTests;

namespace EntryGen.Benchmarks;

/// <summary>Analyzes entry_64.S and entry_64_compat.S of Linux 6.12 as an editor would after each keystroke, and prints what each part of it takes.</summary>
internal sealed class LintHarness
{
    private const string Version = "6.12";
    private const int WarmUps = 12;
    private static readonly string[] _units = ["entry_64", "entry_64_compat"];

    private readonly PreprocessorOptions _options = KernelTrees.Options(Version);
    private readonly FileResolver _files = new(KernelTrees.Tree(Version));
    private readonly SourceText[] _texts = [.. _units.Select(unit => KernelTrees.ReadUnit(Version, unit))];
    private readonly TokenCache _tokens = new();
    private readonly SortedDictionary<int, (string Name, List<double> Times)> _parts = [];
    private int _edits;

    /// <summary>Runs some rounds.</summary>
    public static void Run(int rounds)
    {
        if (KernelTrees.Missing is { } reason)
        {
            Console.WriteLine("Nothing to analyze: " + reason);
            return;
        }

        var harness = new LintHarness();
        for (var round = 0; round < WarmUps; round++)
        {
            harness.Measure();
        }

        harness._parts.Clear();
        IReadOnlyList<AsmDiagnostic> found = [];
        for (var round = 0; round < rounds; round++)
        {
            found = harness.Measure();
        }

        // A rule that files must ask for is checked too, and what it finds is left out afterwards.
        var optIn = found.Count(finding => finding.Descriptor.IsOptInForFiles);
        var suggestions = found.Count(finding => finding.Descriptor is { IsOptInForFiles: false, Severity: AsmSeverity.Info });
        Console.WriteLine($"{string.Join(" + ", _units)} of {Version}: {found.Count - optIn - suggestions} findings, {suggestions} suggestions, {optIn} of rules that files must ask for");
        Console.WriteLine($"{"after an edit",-44} {"min",8} {"median",8} ms");
        foreach (var (name, times) in harness._parts.Values)
        {
            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44} {times[0],8:F1} {times[times.Count / 2],8:F1}"));
        }
    }

    private IReadOnlyList<AsmDiagnostic> Measure()
    {
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        _edits++;
        AssemblyListing[] listings = [.. _texts.Select(text => AsmReader.Read(Edit(text), new ReaderOptions { Preprocessor = _options, Cache = _tokens }, _files))];
        var read = Part(0, "text to statements", start);
        var units = _units.Zip(listings, (unit, listing) => new ProgramUnit(unit, listing, listing.PreprocessorMacros!));
        var program = ProgramBuilder.Build([.. units], new ProgramOptions()).Program;
        var built = Part(1, "statements to Program", read);
        var input = new RuleInput(program, listings);
        _ = input.Graph;
        var graph = Part(2, "control flow", built);
        var found = RuleSet.Check(input);
        Part(3, "abstract states and rules", graph);
        Part(4, "all", start);
        Add(5, "processor time of all threads", (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
        return found;
    }

    private long Part(int order, string name, long start)
    {
        var now = Stopwatch.GetTimestamp();
        Add(order, name, Stopwatch.GetElapsedTime(start, now).TotalMilliseconds);
        return now;
    }

    private void Add(int order, string name, double milliseconds)
    {
        if (!_parts.TryGetValue(order, out var part))
        {
            _parts.Add(order, part = (name, []));
        }

        part.Times.Add(milliseconds);
    }

    // Another comment at the end: a text never seen before, whose meaning is the same.
    private SourceText Edit(SourceText text) => new(text.Path, string.Create(CultureInfo.InvariantCulture, $"{text.Text}\n/* {_edits} */\n"));
}
