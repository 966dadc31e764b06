using EntryGen.Emulation;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Tracing;
using RestoreCr3;

namespace EntryGen.Tests.Examples;

/// <summary>What the example's table says.</summary>
public class RestoreCr3Tests
{
    private static readonly IReadOnlyDictionary<(Variant Variant, Scenario Scenario), Trace> _results = Experiment.RunAll();

    [Fact]
    public void Every_run_returns_to_what_it_interrupted()
    {
        foreach (var ((_, scenario), trace) in _results)
        {
            Assert.True(trace.Returned);
            Assert.Equal(trace.Activation.Interrupted(Reg.Cr3), trace.Activation.Environment.Machine[Reg.Cr3]);
            Assert.Equal(trace.Activation.Interrupted(Reg.GsBase), trace.Activation.Environment.Machine[Reg.GsBase]);
            Assert.DoesNotContain(trace.Differences, difference => difference.Register <= Reg.R15);
            Assert.Equal(trace.Before with { }, trace.Steps[^1].Lanes);
            Assert.Equal(scenario.Start.From, trace.Steps[^1].Lanes.Cpl == 3 ? EntryGen.Kernel.Side.User : EntryGen.Kernel.Side.Kernel);
        }
    }

    // CR3 writes and TLB flushes in user mode, in the kernel, in the kernel with the user CR3 live, and the same with a flush pending.
    [Theory]
    [InlineData("W", "2 0", "1 0", "2 0", "2 1")]
    [InlineData("S", "2 0", "0 0", "2 0", "2 1")]
    [InlineData("F", "2 0", "0 0", "2 1", "2 1")]
    [InlineData("F'", "2 0", "1 1", "2 1", "2 1")]
    public void The_table_has_the_writes_and_flushes_of_each_variant(string id, params string[] expected)
    {
        Assert.Equal(expected, Experiment.Scenarios.Select(scenario => Summary(id, scenario)).Select(summary => $"{summary.Cr3Writes} {summary.TlbFlushes}"));
    }

    [Fact]
    public void Skipping_writes_CR3_least_often()
    {
        foreach (var scenario in Experiment.Scenarios)
        {
            Assert.All(Experiment.Variants, variant => Assert.True(Summary("S", scenario).Cr3Writes <= Summary(variant.Id, scenario).Cr3Writes));
        }

        Assert.True(Summary("S", Experiment.Scenarios[1]).Instructions < Summary("W", Experiment.Scenarios[1]).Instructions);
    }

    [Theory]
    [InlineData("W", 0)]
    [InlineData("S", 0)]
    [InlineData("F", 2)]
    [InlineData("F'", 2)]
    public void A_pending_flush_is_taken_off_the_mask_only_where_the_mask_is_asked(string id, int mask)
    {
        var machine = _results[(Variant(id), Experiment.Scenarios[3])].Activation.Environment.Machine;
        Assert.Equal(mask, Cr3Macros.user_pcid_flush_mask.Get(machine));
    }

    [Fact]
    public void The_report_shows_the_table_and_one_run()
    {
        using var output = new StringWriter();
        Report.Write(_results, output);
        var lines = output.ToString().Split('\n');
        Assert.Equal(Experiment.Variants.Count, lines.Count(line => line.StartsWith('│')) - 1);
        Assert.Contains("stop             returned to kernel mode", lines);
    }

    private static Variant Variant(string id) => Experiment.Variants.Single(variant => variant.Id == id);

    private static TraceSummary Summary(string id, Scenario scenario) => _results[(Variant(id), scenario)].Summary;

    /// <summary>The question of the discussion: may the write be skipped? It may, and where a handler leaves another mm loaded, it has to be.</summary>
    [Theory]
    [InlineData("W", 0, "none")]
    [InlineData("S", 0, "none")]
    [InlineData("S", 0, "lazy-mm")]
    [InlineData("F", 0, "lazy-mm")]
    [InlineData("W", 0, "lazy-mm", "P1.1", "P1.3")]
    [InlineData("F'", 0, "lazy-mm", "P1.1", "P1.3")]
    [InlineData("C", 0, "lazy-mm", "P1.1", "P1.3")]
    [InlineData("W", 0, "temporary-mm")]
    [InlineData("W", 0, "asid-wrap", "P1.1", "P1.3")]
    [InlineData("F'", 0, "asid-wrap", "P1.1", "P1.3")]
    [InlineData("C", 0, "asid-wrap", "P1.1", "P1.3")]
    [InlineData("S", 0, "asid-wrap")]
    [InlineData("F", 0, "asid-wrap")]
    [InlineData("S", 1, "temporary-mm")]
    [InlineData("S", 1, "asid-wrap", "P1.1")]
    [InlineData("S", 1, "none")]
    [InlineData("S", 1, "lazy-mm", "P1.1")]
    [InlineData("S", 2, "none")]
    [InlineData("S", 2, "schedule", "schedule")]
    [InlineData("W", 2, "flush-mask", "P1.2")]
    [InlineData("X", 2, "none", "P1.1", "P1.4", "P1.6")]
    public void The_verdicts_say_what_is_broken(string id, int place, string effect, params string[] broken)
    {
        var variant = Experiment.Variants.Append(Verdicts.Wrong).Single(variant => variant.Id == id);
        var answer = Verdicts.Explore(variant, Place.All[place], HandlerEffect.All.Single(known => known.Name == effect), hasPcid: true);
        Assert.Equal(broken, answer.Broken);
        Assert.Equal(broken.Length == 0 ? Verdict.HoldsWithinBounds : Verdict.Violated, answer.Result.Verdict);
    }
}
