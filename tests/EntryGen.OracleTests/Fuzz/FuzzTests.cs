using System.Globalization;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>
/// Ten million bytes of inputs that nobody wrote are read from text to flow graph: no exception, no hang, and never more than 256 MiB. What fails is printed with its seed and
/// as short as it could be made.
/// </summary>
/// <remarks>
/// The same seeds, so the same inputs, in every run. <c>ENTRYGEN_FUZZ_SEED</c> starts elsewhere, <c>ENTRYGEN_FUZZ_BYTES</c> reads more or less.
/// </remarks>
[Trait("Category", "Fuzz")]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Processes = 4;
    private const int Bytes = 10_000_000;

    [Fact]
    public void Any_input_is_read_to_its_end()
    {
        var firstSeed = Setting("ENTRYGEN_FUZZ_SEED", 1);
        var bytes = Setting("ENTRYGEN_FUZZ_BYTES", Bytes);
        var read = new long[Processes];
        var inputs = new int[Processes];
        var failures = new string?[Processes];
        Parallel.For(0, Processes, new ParallelOptions { MaxDegreeOfParallelism = Processes }, worker =>
        {
            var seed = 0;
            var outcome = FuzzProcess.Run(
                ["range", Text(firstSeed + worker), Text(Processes), Text((bytes + Processes - 1) / Processes)],
                line =>
                {
                    var space = line.IndexOf(' ', StringComparison.Ordinal);
                    seed = int.Parse(line.AsSpan(0, space), CultureInfo.InvariantCulture);
                    read[worker] += int.Parse(line.AsSpan(space + 1), CultureInfo.InvariantCulture);
                    inputs[worker]++;
                });
            failures[worker] = outcome is null ? null : Describe(seed, outcome);
        });

        Assert.True(failures.All(failure => failure is null), string.Join("\n\n", failures.OfType<string>()));
        Assert.True(read.Sum() >= bytes);
        output.Report("random inputs read to their end", $"from seed {firstSeed}", ("inputs", inputs.Sum()), ("bytes", read.Sum()), ("failures", 0));
    }

    [Theory]
    [InlineData("exception", "InvalidOperationException")]
    [InlineData("stack", "Stack overflow")]
    [InlineData("memory", "Out of memory")]
    [InlineData("time", "no progress")]
    public void A_failure_is_noticed(string how, string reported) =>
        Assert.Contains(reported, FuzzProcess.Run(["break", how], patience: TimeSpan.FromSeconds(how == "time" ? 2 : 60)), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void What_fails_is_shortened()
    {
        var text = string.Concat(Enumerable.Range(0, 300).Select(i => $"line {i}\n")) + "the bad one\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"more {i}\n"));

        Assert.Equal("bad", Minimizer.Minimize(text, candidate => candidate.Contains("bad", StringComparison.Ordinal), attempts: 400));
    }

    private static string Describe(int seed, string outcome)
    {
        var file = Path.GetTempFileName();
        try
        {
            var text = Minimizer.Minimize(FuzzInput.Of(seed).Text, Fails, attempts: 120);
            return $"seed {seed}: {outcome}\n--- shortened input\n{text}\n---";
        }
        finally
        {
            File.Delete(file);
        }

        bool Fails(string candidate)
        {
            File.WriteAllText(file, candidate);
            return FuzzProcess.Run(["file", Text(seed), file]) is not null;
        }
    }

    private static int Setting(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
