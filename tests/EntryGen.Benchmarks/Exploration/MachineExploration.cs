using System.Diagnostics;
using System.Globalization;
using EntryGen.Exploration.Scenarios;

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
            Explore("every state, 1 thread", KernelScenario.EveryState(compiled.Unit, States, 1));
            Explore($"every state, {Threads} threads", KernelScenario.EveryState(compiled.Unit, States, Threads));
            Explore("runs as one transition, 1 thread", KernelScenario.Reduced(compiled.Unit, 1));
        }
    }

    private static void Explore(string what, EntryScenario scenario)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var found = scenario.Explore().Exploration;
        process.Refresh();
        var processor = (process.TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-34} {found.StoredStates,9:N0} states {found.BytesPerState,5:F0} bytes a state {found.Elapsed.TotalSeconds,6:F2} s {processor,6:F2} s of processor time {found.StoredStates / processor / 1e6,6:F2} M states/s of it"));
    }
}
