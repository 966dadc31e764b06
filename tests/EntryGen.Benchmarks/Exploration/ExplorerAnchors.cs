using System.Globalization;
using System.Text.RegularExpressions;

namespace EntryGen.Benchmarks.Exploration;

/// <summary>The explorers to compare with, on the same model: spin's exhaustive search, and a hand-written C program.</summary>
internal sealed partial class ExplorerAnchors : IDisposable
{
    private readonly AnchorDirectory _directory;

    private ExplorerAnchors(AnchorDirectory directory) => _directory = directory;

    /// <summary>Builds them; null when no directory is named.</summary>
    public static ExplorerAnchors? Build() => AnchorDirectory.Build("explore", "build/pan") is { } directory ? new ExplorerAnchors(directory) : null;

    /// <summary>The C program: a depth-first search, states packed into 64 bits; on several threads the start is split and not balanced.</summary>
    public AnchorMeasurement MeasureC(int threads)
    {
        var match = CLine().Match(_directory.Run(_directory.PathOf("explore"), threads.ToString(CultureInfo.InvariantCulture), "25"));
        return new AnchorMeasurement(
            long.Parse(match.Groups["states"].ValueSpan, CultureInfo.InvariantCulture), double.Parse(match.Groups["rate"].ValueSpan, CultureInfo.InvariantCulture));
    }

    /// <summary>Spin's verifier, depth first, whole states.</summary>
    public AnchorMeasurement MeasurePan()
    {
        var output = _directory.Run(_directory.PathOf("build/pan"), "-m100000", "-w27");
        return new AnchorMeasurement(
            long.Parse(PanStates().Match(output).Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            double.Parse(PanRate().Match(output).Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 1e6);
    }

    /// <summary>Removes what was built.</summary>
    public void Dispose() => _directory.Dispose();

    [GeneratedRegex(@"thread\(s\): (?<states>\d+) states.* (?<rate>[\d.]+) M states/s")]
    private static partial Regex CLine();

    [GeneratedRegex(@"(\d+) states, stored")]
    private static partial Regex PanStates();

    [GeneratedRegex(@"rate\s+([\d.e+]+) states/second")]
    private static partial Regex PanRate();
}

/// <summary>What an anchor did.</summary>
/// <param name="States">The states it stored.</param>
/// <param name="Rate">Millions of them in a second.</param>
internal readonly record struct AnchorMeasurement(long States, double Rate);
