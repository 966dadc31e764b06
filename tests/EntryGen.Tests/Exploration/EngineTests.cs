using EntryGen.Benchmarks.Exploration;
using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>The engine against a search with a set and a queue, and against what other programs count.</summary>
public class EngineTests
{
    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(0, 2, 1)]
    public void It_finds_the_states_and_transitions_that_the_obvious_search_finds(int before, int handler, int after)
    {
        var model = new ParanoidModel(before, handler, after);
        var expected = ReferenceSearch.Run(model, _ => true);

        var result = Explore.Model(model).Run();

        Assert.Equal(expected.Levels, result.Levels);
        Assert.Equal(expected.Levels.Sum(), result.States);
        Assert.Equal(expected.Transitions, result.Transitions);
        Assert.Equal(expected.Levels.Count - 1, result.Depth);
        Assert.Equal(Verdict.HoldsWithinBounds, result.Verdict);
    }

    [Fact]
    public void It_counts_what_a_hand_written_C_program_counts()
    {
        var model = new ParanoidModel(1, 2, 1);
        var result = Explore.Model(model).With(model.RestoresCr3).Run().ShouldHold();
        Assert.Equal(454_569, result.States);
        Assert.InRange(result.BytesPerState, 1, 40);
    }

    [Fact]
    public void A_counterexample_is_as_short_as_the_obvious_search_says()
    {
        var model = new ParanoidModel(1, 1, 1, Restore.WhenUser);
        var property = model.RestoresCr3;
        var expected = ReferenceSearch.Run(model, state => state.Depth == 0 || state.Pc != 7 || state.Cr3 == state.EntryCr3);

        var execution = Explore.Model(model).With(property).Run().ShouldBeViolated("P1.1");

        Assert.NotNull(expected.Violated);
        Assert.Equal(expected.Violated, execution.Steps.Count);
    }

    [Fact]
    public void Without_a_violation_the_same_bug_hidden_deeper_than_the_depth_bound_is_no_answer()
    {
        var model = new ParanoidModel(1, 1, 1, Restore.WhenUser);
        var shortest = Explore.Model(model).With(model.RestoresCr3).Run().ShouldBeViolated("P1.1").Steps.Count;

        var result = Explore.Model(model).With(model.RestoresCr3).Depth(shortest - 1).Run();

        Assert.Equal(Verdict.BoundHit, result.Verdict);
        Assert.Equal(Bound.Depth, result.Bound);
        Assert.Equal(shortest - 1, result.Depth);
        result.ShouldHoldToDepth(shortest - 1);
        Assert.Throws<ExplorationException>(() => result.ShouldHold());
        Explore.Model(model).With(model.RestoresCr3).Depth(shortest).Run().ShouldBeViolated("P1.1");
    }
}
