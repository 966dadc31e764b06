using System.Diagnostics;
using System.Globalization;
using EntryGen.Emulation;

namespace EntryGen.Benchmarks;

/// <summary>Measures the emulator and the C anchor in turns, so that a noisy neighbour meets both, and prints minima, medians and the ratio.</summary>
internal static class InterleavedHarness
{
    private const int Trips = 400_000;
    private const int SteppedTrips = 20_000;

    /// <summary>Runs some rounds.</summary>
    public static void Run(int rounds)
    {
        using var anchor = CAnchor.Build();
        var machine = RehearsalMachine.Create();
        var c = new List<double>();
        var run = new List<double>();
        var step = new List<double>();
        var observed = new List<double>();
        for (var round = 0; round < 4; round++)
        {
            RehearsalMachine.Run(machine, Trips);
            RehearsalMachine.Step(machine, SteppedTrips);
            using (machine.Observe(new Idle()))
            {
                RehearsalMachine.Run(machine, SteppedTrips);
            }
        }

        for (var round = 0; round < rounds; round++)
        {
            if (anchor is not null)
            {
                c.Add(anchor.Measure());
            }

            run.Add(Time(() => RehearsalMachine.Run(machine, Trips), Trips));
            step.Add(Time(() => RehearsalMachine.Step(machine, SteppedTrips), SteppedTrips) / RehearsalMachine.Instructions);
            using (machine.Observe(new Idle()))
            {
                observed.Add(Time(() => RehearsalMachine.Run(machine, SteppedTrips), SteppedTrips) / RehearsalMachine.Instructions);
            }
        }

        Console.WriteLine($"{"what",-58} {"min",8} {"median",8}  ns");
        Print("C, local registers, one check per run: round trip", c);
        Print("EntryGen Run: round trip", run);
        Print("EntryGen Step: instruction", step);
        Print("EntryGen Run, each instruction observed: instruction", observed);
        if (anchor is null)
        {
            Console.WriteLine("ENTRYGEN_ANCHORS is not set: no C anchor to compare with.");
        }
        else
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Run / C, by minimum: {run.Min() / c.Min():F2}"));
        }
    }

    // The best of a few short turns within the round.
    private static double Time(Action action, int trips)
    {
        var best = double.MaxValue;
        for (var turn = 0; turn < 5; turn++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / trips);
        }

        return best;
    }

    private sealed class Idle : IMachineObserver
    {
        public ObservedEvents Events => ObservedEvents.Instructions;

        public void Retired(Machine machine, ulong address)
        {
        }
    }

    private static void Print(string what, List<double> values)
    {
        if (values.Count > 0)
        {
            values.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-58} {values[0],8:F2} {values[values.Count / 2],8:F2}"));
        }
    }
}
