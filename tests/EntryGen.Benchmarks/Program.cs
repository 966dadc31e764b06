using System.Globalization;
using BenchmarkDotNet.Running;
using EntryGen.Benchmarks;

// Without arguments the interleaved comparison; a number sets its rounds; anything else goes to BenchmarkDotNet.
if (args.Length == 0)
{
    InterleavedHarness.Run(5);
}
else if (args.Length == 1 && int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) && rounds > 0)
{
    InterleavedHarness.Run(rounds);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(RehearsalBenchmark).Assembly).Run(args);
}

return 0;
