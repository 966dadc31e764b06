using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>Mirror images: fewer states, the same answers, and counterexamples of the model as it is.</summary>
public class ReductionTests
{
    [Theory]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(2, false)]
    [InlineData(6, false)]
    public void The_answer_is_the_same_with_and_without(int cpus, bool atomic)
    {
        var model = new SpinLockModel(cpus, atomic);
        var reduced = Explore.Model(model).With(SpinLockModel.MutualExclusion).Run();
        var whole = Explore.Model(model).With(SpinLockModel.MutualExclusion).WithoutReductions().Run();

        Assert.True(reduced.Reduced);
        Assert.False(whole.Reduced);
        Assert.True(reduced.StoredStates < whole.StoredStates);
        Assert.Equal(whole.Verdict, reduced.Verdict);
        Assert.Equal(atomic ? Verdict.HoldsWithinBounds : Verdict.Violated, reduced.Verdict);
        Assert.Equal(whole.Properties[0].Counterexample?.Steps.Count, reduced.Properties[0].Counterexample?.Steps.Count);
    }

    [Fact]
    public void A_counterexample_is_one_of_the_model_as_it_is()
    {
        var model = new SpinLockModel(4, atomic: false);
        var counterexample = Explore.Model(model).With(SpinLockModel.MutualExclusion).Run().ShouldBeViolated("mutual-exclusion");

        var state = counterexample.Start.State.As<SpinLockState>();
        foreach (var step in counterexample.Steps)
        {
            var (transition, next) = model.ListSuccessors(state)[step.Choice];
            Assert.Equal(step.Transition, transition);
            Assert.Equal(step.Description, model.Describe(next));
            state = next;
        }

        Assert.Equal(2, state.CountInside());
    }

    [Fact]
    public void A_canonical_form_that_is_no_mirror_image_is_noticed()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Explore.Model(new ForgetfulSpinLockModel()).With(SpinLockModel.MutualExclusion).Run());
        Assert.Contains("its symmetry is not one", exception.Message, StringComparison.Ordinal);
    }
}
