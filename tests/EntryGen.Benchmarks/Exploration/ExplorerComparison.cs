using System.Globalization;
using EntryGen.Exploration;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>Measures the explorer and its anchors in turns on the full paranoid model, and prints rates and ratios.</summary>
internal static class ExplorerComparison
{
    private const int Threads = 4;

    /// <summary>Runs some rounds. The best round counts, since a shared machine can only slow a program down.</summary>
    public static void Run(int rounds)
    {
        using var anchors = ExplorerAnchors.Build();
        var rows = new List<Contender>();
        var result = Explored(1);
        var large = result;
        for (var round = 0; round < rounds; round++)
        {
            if (anchors is not null)
            {
                Add(rows, "spin pan, exhaustive", anchors.MeasurePan());
                Add(rows, "C, 1 thread", anchors.MeasureC(1));
                Add(rows, $"C, {Threads} threads", anchors.MeasureC(Threads));
            }

            result = Explored(1);
            Add(rows, "EntryGen, 1 thread", MeasurementOf(result));
            Add(rows, $"EntryGen, {Threads} threads", MeasurementOf(Explored(Threads)));
            large = Explore.Model(new MachineSizedModel(90)).Threads(1).Run();
            Add(rows, $"EntryGen, {MachineSizedModel.StateBytes}-byte states", MeasurementOf(large));
        }

        Console.WriteLine($"{"what",-28} {"states",12} {"best",8} {"median",8}  M states/s");
        foreach (var row in rows)
        {
            row.Rates.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-28} {row.States,12:N0} {row.Rates[^1],8:F2} {row.Rates[row.Rates.Count / 2],8:F2}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bytes a state: {result.BytesPerState:F1}; of {MachineSizedModel.StateBytes}-byte states {large.BytesPerState:F1}"));
        var alone = Best(rows, "EntryGen, 1 thread")!.Value;
        Print($"{Threads} threads / 1, EntryGen", Best(rows, $"EntryGen, {Threads} threads") / alone);
        Print($"{Threads} threads / 1, C", Best(rows, $"C, {Threads} threads") / Best(rows, "C, 1 thread"));
        Print("EntryGen / spin, 1 thread", alone / Best(rows, "spin pan, exhaustive"));
        Print("EntryGen / C, 1 thread", alone / Best(rows, "C, 1 thread"));
    }

    private static ExplorationResult Explored(int threads)
    {
        var model = ParanoidModel.Full;
        return Explore.Model(model).With(model.RestoresCr3).Threads(threads).Run().ShouldHold();
    }

    private static AnchorMeasurement MeasurementOf(ExplorationResult result) => new(result.States, result.States / result.Elapsed.TotalSeconds / 1e6);

    private static void Add(List<Contender> rows, string name, AnchorMeasurement measurement)
    {
        var row = rows.Find(row => row.Name == name);
        if (row is null)
        {
            rows.Add(row = new Contender(name, measurement.States, []));
        }

        row.Rates.Add(measurement.Rate);
    }

    private static double? Best(List<Contender> rows, string name) => rows.Find(row => row.Name == name)?.Rates.Max();

    private static void Print(string what, double? ratio)
    {
        if (ratio is { } value)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:F2}"));
        }
    }

    private sealed record Contender(string Name, long States, List<double> Rates);
}
