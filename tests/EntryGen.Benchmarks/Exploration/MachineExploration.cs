using System.Diagnostics;
using System.Globalization;
using EntryGen.Exploration;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>Measures the explorer on full machine states.</summary>
internal static class MachineExploration
{
    private const int Threads = 4;
    private const long States = 400_000;

    /// <summary>Runs some rounds.</summary>
    public static void Run(int rounds)
    {
        using var compiled = KernelScenario.Load();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var threads in new[] { 1, Threads })
            {
                var before = Process.GetCurrentProcess().TotalProcessorTime;
                var result = KernelScenario.EveryState(compiled.Unit, States, threads).Explore().Exploration;
                var processor = Process.GetCurrentProcess().TotalProcessorTime - before;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{threads} threads: {result.StoredStates:N0} states, {result.BytesPerState:F0} bytes a state, {result.StoredStates / result.Elapsed.TotalSeconds / 1e6:F2} M states/s, {result.StoredStates / processor.TotalSeconds / 1e6:F2} M states/s of processor time"));
            }
        }
    }
}
