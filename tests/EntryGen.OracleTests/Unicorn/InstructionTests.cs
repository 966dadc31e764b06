using System.Diagnostics;
using EntryGen.Asm.Instructions;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Every instruction in every form from random states, against Unicorn.</summary>
public sealed class InstructionTests(ITestOutputHelper output)
{
    private const int Workers = 4;
    private const int Executions = 600;
    private const int SystemExecutions = 200;
    private const int Seed = 20240504;
    private const long Least = 2_000_000;

    [UnicornFact]
    public void Every_form_from_random_states()
    {
        var timer = Stopwatch.StartNew();
        // Branches that reach 127 bytes come first: their target is slot 0.
        var rows = InstructionTable.Rows.Where(row => row.Op != Op.Unmodelled && InstructionJudge.Of(row.Op).IsUnicorn).OrderByDescending(row => row.Op is Op.Jrcxz or Op.Loop).ToList();
        var runs = new InstructionRun[Workers];
        Parallel.For(0, Workers, worker =>
        {
            runs[worker] = new InstructionRun(FormCode.Of(rows.Where((_, index) => index % Workers == worker)), new Random(Seed + worker));
            runs[worker].Execute(Executions, SystemExecutions);
        });

        var unexplained = runs.SelectMany(run => run.Unexplained).ToList();
        Assert.True(unexplained.Count == 0, $"{unexplained.Count} forms differ:\n{string.Join('\n', unexplained.Take(40))}");
        foreach (var row in rows)
        {
            Assert.True(runs.Sum(run => run.ExecutionsOf(row.Op)) >= SystemExecutions, $"{row.Op} was not run");
        }

        foreach (var departure in UnicornDeparture.All)
        {
            var seen = runs.Sum(run => run.SeenOf(departure));
            Assert.True(seen > 0, $"Unicorn no longer departs: {departure.Description}. Take the entry out.");
            output.WriteLine($"{seen} times: {departure.Description}");
        }

        var total = runs.Sum(run => run.Total);
        output.Report(
            "instructions against Unicorn", "every form", ("executions", total), ("forms", runs.Sum(run => run.Forms)), ("operations", rows.Count), ("unexplained differences", 0));
        output.WriteLine($"{timer.Elapsed.TotalSeconds:f0} s");
        Assert.True(total >= Least, $"only {total} executions");
    }
}
