using System.Diagnostics;
using System.Globalization;
using EntryGen.Emulation;

namespace EntryGen.Benchmarks;

/// <summary>Measures the emulator, the C anchors and Unicorn in turns, so that a noisy neighbour meets all of them, and prints minima, medians and ratios.</summary>
internal static class InterleavedHarness
{
    private const int Trips = 200_000;
    private const int SteppedTrips = 10_000;
    private const int Restores = 100_000;

    /// <summary>Runs some rounds.</summary>
    public static void Run(int rounds)
    {
        using var anchors = Anchors.Build();
        var rows = new List<Row>();
        AddRehearsal(rows);
        AddParanoid(rows, fromUser: false);
        AddParanoid(rows, fromUser: true);
        AddSnapshots(rows);
        rows.AddRange(KernelPaths.Rows());
        var foreign = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var round = 0; round < 4; round++)
        {
            rows.ForEach(row => row.Measure());
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, nanoseconds) in anchors?.Measure() ?? [])
            {
                foreign.TryAdd(name, []);
                foreign[name].Add(nanoseconds);
            }

            rows.ForEach(row => row.Values.Add(row.Measure()));
        }

        Print(rows, foreign);
    }

    /// <summary>The best of a few short turns, in nanoseconds for one of what the action does.</summary>
    public static double Time(Action action, int count)
    {
        var best = double.MaxValue;
        for (var turn = 0; turn < 5; turn++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / count);
        }

        return best;
    }

    private static void AddRehearsal(List<Row> rows)
    {
        var machine = RehearsalMachine.Create();
        rows.Add(new Row("Run: system call round trip", () => Time(() => RehearsalMachine.Run(machine, Trips), Trips), Anchors.RoundTrip));
        rows.Add(new Row("Step: one instruction", () => Time(() => RehearsalMachine.Step(machine, SteppedTrips), SteppedTrips) / RehearsalMachine.Instructions));
        rows.Add(new Row("Run with an idle observer: one instruction", () =>
        {
            using var observed = machine.Observe(new Idle());
            return Time(() => RehearsalMachine.Run(machine, SteppedTrips), SteppedTrips) / RehearsalMachine.Instructions;
        }));
    }

    private static void AddParanoid(List<Row> rows, bool fromUser)
    {
        var machine = RehearsalMachine.CreateParanoid(fromUser);
        var instructions = fromUser ? RehearsalMachine.ParanoidFromUser : RehearsalMachine.ParanoidFromKernel;
        rows.Add(new Row(
            $"Run: paranoid round trip, {(fromUser ? "user" : "kernel")} CR3",
            () => Time(() => RehearsalMachine.RunParanoid(machine, Trips, instructions), Trips),
            fromUser ? Anchors.ParanoidUser : Anchors.ParanoidKernel));
    }

    private static void AddSnapshots(List<Row> rows)
    {
        var machine = RehearsalMachine.Create();
        RehearsalMachine.Run(machine, 10);
        var word = machine[Reg.Rsp] - 8;
        machine[Reg.Cr3] = machine.HostPageTable!.Value.Value;
        _ = machine.Cpu.Store64(word, 0);
        var snapshot = machine.Snapshot();
        rows.Add(new Row("Restore a snapshot, one page written", () => Time(() => Write(fills: false), Restores)));
        rows.Add(new Row("Restore a snapshot, one page written, a page flushed and filled", () => Time(() => Write(fills: true), Restores)));

        void Write(bool fills)
        {
            for (var i = 0; i < Restores; i++)
            {
                var cpu = machine.Cpu;
                if (fills)
                {
                    cpu.Invlpg(word);
                }

                cpu.Store64(word, 1);
                machine.Restore(snapshot);
            }
        }
    }

    private static void Print(List<Row> rows, Dictionary<string, List<double>> foreign)
    {
        Console.WriteLine($"{"what",-66} {"min",8} {"median",8}  ns");
        foreach (var (name, values) in foreign)
        {
            Print(name, values, "");
        }

        foreach (var row in rows)
        {
            var ratio = row.Anchor is { } anchor && foreign.TryGetValue(anchor, out var values)
                ? string.Create(CultureInfo.InvariantCulture, $"  {row.Values.Min() / values.Min():F2} x C")
                : "";
            Print(row.Name, row.Values, ratio);
        }

        if (foreign.TryGetValue(Anchors.UnicornRoundTrip, out var unicorn))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Unicorn's long loop / Run, by minimum: {unicorn.Min() / rows[0].Values.Min():F0}"));
        }
    }

    private static void Print(string what, List<double> values, string remark)
    {
        values.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-66} {values[0],8:F2} {values[values.Count / 2],8:F2}{remark}"));
    }

    /// <summary>Does nothing, for each instruction.</summary>
    private sealed class Idle : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Instructions;

        public void Retired(Machine machine, ulong address)
        {
        }
    }
}
