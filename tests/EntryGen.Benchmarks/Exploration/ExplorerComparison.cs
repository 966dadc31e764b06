using System.Globalization;
using EntryGen.Exploration;

namespace EntryGen.Benchmarks.Exploration;

internal static class ExplorerComparison
{
    public static void Run(int rounds, params int[] counts)
    {
        foreach (var threads in counts)
        {
            for (var i = 0; i < rounds; i++)
            {
                var model = ParanoidModel.Full;
                var result = Explore.Model(model).With(model.RestoresCr3).Threads(threads).Run();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{threads}: {result.States / result.Elapsed.TotalSeconds / 1e6:F2} M/s {result.BytesPerState:F1} B {result.Elapsed.TotalSeconds:F3} s\n{result}"));
            }
        }
    }
}
