using System.Globalization;
using BenchmarkDotNet.Running;
using EntryGen.Benchmarks;
using EntryGen.Benchmarks.Exploration;

// Without arguments the interleaved comparison; a number sets its rounds; "reading" and a number measures the reader; anything else goes to BenchmarkDotNet.
if (args is ["reading", .. var rest])
{
    ReadingHarness.Run(rest is [var count] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var readings) && readings > 0 ? readings : 10);
}
else if (args.Length == 0)
{
    InterleavedHarness.Run(5);
}
else if (args.Length == 1 && int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0)
{
    InterleavedHarness.Run(rounds);
}
else if (args is ["explore", ..])
{
    ExplorerComparison.Run(int.Parse(args[1]), [.. args[2..].Select(int.Parse)]);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(RehearsalBenchmark).Assembly).Run(args);
}

return 0;
