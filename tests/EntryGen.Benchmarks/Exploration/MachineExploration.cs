using System.Diagnostics;
using System.Globalization;
using EntryGen.Exploration.Scenarios;
using EntryGen.OracleTests;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>
/// Measures the explorer on full machine states, and injection at every boundary beside the anchors, in turns. The best round counts, since a shared machine can only slow a program
/// down; rates are also told by processor time, which waiting for a core does not count.
/// </summary>
internal static class MachineExploration
{
    private const int Threads = 4;
    private const long States = 1_000_000;
    private const int Sweeps = 5_000;

    /// <summary>Runs some rounds.</summary>
    public static void Run(int rounds)
    {
        using var anchors = InjectionAnchors.Build();
        var injection = new MachineInjection();
        injection.Sweep(Sweeps);
        var rows = new List<Contender>();
        using var compiled = KernelTrees.Missing is null ? KernelScenario.Load() : null;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, rate) in anchors?.Measure() ?? [])
            {
                Add(rows, name, rate, null, "");
            }

            Add(rows, "EntryGen: restore, run there, inject, run to the end, compare", injection.Boundaries * Sweeps, () => injection.Sweep(Sweeps), "");
            if (compiled is not null)
            {
                Explore(rows, "explore, every state, 1 thread", KernelScenario.EveryState(compiled.Unit, States, 1));
                Explore(rows, $"explore, every state, {Threads} threads", KernelScenario.EveryState(compiled.Unit, States, Threads));
                Explore(rows, "explore, runs without a choice as one transition, 1 thread", KernelScenario.Reduced(compiled.Unit, 1));
            }
        }

        Console.WriteLine($"{"what",-64} {"best",9} {"median",9} {"of processor time",18}  thousand points or states a second");
        foreach (var row in rows)
        {
            row.Rates.Sort();
            row.ProcessorRates.Sort();
            var processor = row.ProcessorRates.Count == 0 ? "" : (row.ProcessorRates[^1] / 1e3).ToString("F0", CultureInfo.InvariantCulture);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{row.Name,-64} {row.Rates[^1] / 1e3,9:F0} {row.Rates[row.Rates.Count / 2] / 1e3,9:F0} {processor,18}  {row.Remark}"));
        }

        if (rows.Find(row => row.Name.StartsWith("C explorer", StringComparison.Ordinal)) is { } anchor)
        {
            foreach (var row in rows.Where(row => row.Name.StartsWith("EntryGen", StringComparison.Ordinal) || row.Name.StartsWith("explore", StringComparison.Ordinal)))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name} / C's injection: {row.Rates[^1] / anchor.Rates[^1]:F2}"));
            }
        }
    }

    private static void Explore(List<Contender> rows, string name, EntryScenario scenario)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var found = scenario.Explore().Exploration;
        process.Refresh();
        var processor = found.StoredStates / (process.TotalProcessorTime - before).TotalSeconds;
        Add(rows, name, found.StoredStates / found.Elapsed.TotalSeconds, processor, string.Create(CultureInfo.InvariantCulture, $"{found.StoredStates:N0} states, {found.BytesPerState:F0} bytes a state"));
    }

    private static void Add(List<Contender> rows, string name, long points, Action measured, string remark)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        measured();
        var elapsed = clock.Elapsed.TotalSeconds;
        process.Refresh();
        Add(rows, name, points / elapsed, points / (process.TotalProcessorTime - before).TotalSeconds, remark);
    }

    private static void Add(List<Contender> rows, string name, double rate, double? processorRate, string remark)
    {
        var row = rows.Find(row => row.Name == name);
        if (row is null)
        {
            rows.Add(row = new Contender(name, remark, [], []));
        }

        row.Rates.Add(rate);
        if (processorRate is { } value)
        {
            row.ProcessorRates.Add(value);
        }
    }

    private sealed record Contender(string Name, string Remark, List<double> Rates, List<double> ProcessorRates);
}
