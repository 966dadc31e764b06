using EntryGen.Benchmarks.Exploration;
using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>Bounds end a search, and the verdict says which one did.</summary>
public class BoundTests
{
    private static readonly ParanoidModel Small = new(0, 1, 0);
    private static readonly ExplorationResult Whole = Explore.Model(Small).Run();

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Depth(int depth)
    {
        var result = Explore.Model(Small).Depth(depth).Run();
        Assert.Equal((Verdict.BoundHit, Bound.Depth), (result.Verdict, result.Bound));
        Assert.Equal(Whole.Levels.Take(depth + 1), result.Levels);
        Assert.Contains(FormattableString.Invariant($"the depth bound of {depth} transitions left {Whole.Levels[depth]:N0} states unexpanded"), result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void States()
    {
        var result = Explore.Model(Small).States(1000).Run();
        Assert.Equal((Verdict.BoundHit, Bound.States), (result.Verdict, result.Bound));
        Assert.InRange(result.States, 1, 1000);
        Assert.Equal(Whole.Levels.Take(result.Depth + 1), result.Levels);
        Assert.True(result.States + Whole.Levels[result.Depth + 1] > 1000);
        Assert.Contains("more states than the bound of 1,000", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void States_of_the_last_level_are_looked_at_though_their_successors_are_not_stored()
    {
        var deepest = Explore.Model(Small).States(1000).Run().Depth;
        var broken = Explore.Model(Small).States(1000)
            .With(Property<ParanoidState>.Step("no third level", "nothing nests three deep", (in _, _, in after) => after.Depth < 3))
            .With("not far", (in state) => state.Pc < deepest)
            .Run();
        Assert.Equal(4, broken.ShouldBeViolated("no third level").Steps.Count);
        Assert.Equal(Verdict.BoundHit, broken.Properties[1].Verdict);
    }

    [Fact]
    public void Memory()
    {
        var result = Explore.Model(Small).Memory(100_000).Run();
        Assert.Equal((Verdict.BoundHit, Bound.Memory), (result.Verdict, result.Bound));
        Assert.Contains("more memory than the bound of 100,000 bytes", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Time()
    {
        var result = Explore.Model(new Counter()).Time(TimeSpan.FromMilliseconds(50)).Run();
        Assert.Equal((Verdict.BoundHit, Bound.Time), (result.Verdict, result.Bound));
    }

    [Fact]
    public void Cancellation()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var result = Explore.Model(new Counter()).Run(source.Token);
        Assert.Equal((Verdict.BoundHit, Bound.Cancelled), (result.Verdict, result.Bound));
        Assert.Contains("cancelled", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_that_is_not_met_changes_nothing()
    {
        var result = Explore.Model(Small).Depth(10_000).States(10_000_000).Memory(1L << 32).Time(TimeSpan.FromHours(1)).Run();
        Assert.Equal((Verdict.HoldsWithinBounds, Bound.None), (result.Verdict, result.Bound));
        Assert.Equal(Whole.ToString(), result.ToString());
    }

    [Fact]
    public void Progress_is_reported_while_it_runs()
    {
        var reports = new List<ExplorationProgress>();
        Explore.Model(new Counter()).Time(TimeSpan.FromMilliseconds(300)).Report(new Listener(reports)).Run();
        Assert.InRange(reports.Count, 1, 4);
        Assert.All(reports.Zip(reports[1..]), pair => Assert.True(pair.First.States < pair.Second.States));
        Assert.All(reports, report => Assert.Equal(1, report.Frontier));
    }

    // Not Progress<T>, which reports later, from another thread.
    private sealed class Listener(List<ExplorationProgress> reports) : IProgress<ExplorationProgress>
    {
        public void Report(ExplorationProgress value) => reports.Add(value);
    }

    /// <summary>Counts for ever.</summary>
    private sealed class Counter : IModel<long>
    {
        public void InitialStates(StateSink<long> states) => states.Add(0, 0);

        public void Successors(in long state, StateSink<long> successors) => successors.Add(0, state + 1);

        public string NameOf(int transition) => "count";

        public string Describe(in long state) => $"{state}";
    }
}
