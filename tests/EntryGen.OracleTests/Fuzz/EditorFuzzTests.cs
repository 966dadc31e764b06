using System.Globalization;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>
/// Random edits of right and wrong code through the compiler's own analyzer and generator drivers: nothing throws there (no AD0001, no CS8785), nothing hangs, memory stays
/// bounded, and what is said depends on the text alone.
/// </summary>
/// <remarks><c>ENTRYGEN_FUZZ_SEED</c> starts elsewhere; <c>ENTRYGEN_FUZZ_EDITS</c> makes that many edits of small inputs, and a thirtieth of them of whole kernel files.</remarks>
[Trait("Category", "Fuzz")]
public sealed class EditorFuzzTests(ITestOutputHelper output)
{
    private const int Processes = 4;
    private const int Edits = 10_000, EditsOfASession = 50;
    private const int KernelEdits = 300, EditsOfAKernelSession = 10;

    // The compiler with its references takes 150 MiB of it.
    private const long Heap = 512L * 1024 * 1024, KernelHeap = 1024L * 1024 * 1024;

    [Fact]
    public void Random_edits_of_small_inputs() => Run("macro", Setting("ENTRYGEN_FUZZ_EDITS", Edits), EditsOfASession, Heap);

    [KernelFact]
    public void Random_edits_of_a_whole_kernel_file() => Run("kernel", Setting("ENTRYGEN_FUZZ_EDITS", Edits) * KernelEdits / Edits, EditsOfAKernelSession, KernelHeap);

    [Fact]
    public void The_same_edits_are_answered_by_the_same_words()
    {
        var runs = new List<string>[2];
        Parallel.For(0, runs.Length, run =>
        {
            runs[run] = [];
            Assert.Null(FuzzProcess.Run(["edits", "macro", Text(Setting("ENTRYGEN_FUZZ_SEED", 1)), "1", "4", Text(EditsOfASession)], runs[run].Add, heap: Heap));
        });
        Assert.Equal(4, runs[0].Count);
        Assert.Equal(runs[0], runs[1]);
    }

    private void Run(string kind, int edits, int editsOfASession, long heap)
    {
        var firstSeed = Setting("ENTRYGEN_FUZZ_SEED", 1);
        var sessions = (edits + editsOfASession - 1) / editsOfASession;
        var failures = new string?[Processes];
        var done = new int[Processes];
        Parallel.For(0, Processes, new ParallelOptions { MaxDegreeOfParallelism = Processes }, worker =>
        {
            var count = (sessions - worker + Processes - 1) / Processes;
            var outcome = FuzzProcess.Run(
                ["edits", kind, Text(firstSeed + worker), Text(Processes), Text(count), Text(editsOfASession)], _ => done[worker]++, TimeSpan.FromMinutes(3), heap);
            failures[worker] = outcome is null ? null : $"seed {firstSeed + worker + (done[worker] * Processes)}: {outcome}";
        });

        Assert.True(failures.All(failure => failure is null), string.Join("\n\n", failures.OfType<string>()));
        Assert.Equal(sessions, done.Sum());
        output.Report("random edits through the analyzer and generator drivers", $"{kind} inputs from seed {firstSeed}", ("edits", done.Sum() * editsOfASession), ("failures", 0));
    }

    private static int Setting(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
