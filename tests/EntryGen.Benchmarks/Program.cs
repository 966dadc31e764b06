using System.Globalization;
using BenchmarkDotNet.Running;
using EntryGen.Benchmarks;
using EntryGen.Benchmarks.Exploration;

// Without arguments the interleaved comparison; a number sets its rounds; "reading" measures the reader, "lint" the rules "explore" the explorer and "machine" the explorer on full machine states, each
// with a number if wanted; anything else goes to BenchmarkDotNet.
switch (args)
{
    case ["reading", .. var rest]:
        ReadingHarness.Run(Rounds(rest) ?? 10);
        break;
    case ["lint", .. var rest]:
        LintHarness.Run(Rounds(rest) ?? 20);
        break;
    case ["machine", .. var rest]:
        MachineExploration.Run(Rounds(rest) ?? 3);
        break;
    case ["explore", .. var rest]:
        ExplorerComparison.Run(Rounds(rest) ?? 3);
        break;
    case []:
        InterleavedHarness.Run(5);
        break;
    case [_] when Rounds(args) is { } rounds:
        InterleavedHarness.Run(rounds);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(RehearsalBenchmark).Assembly).Run(args);
        break;
}

return 0;

static int? Rounds(string[] rest) =>
    rest is [var count] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0 ? rounds : null;
