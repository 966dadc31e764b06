using EntryGen.Benchmarks.Exploration;
using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>States of any length: the same answers as for values of one type.</summary>
public class EncodedModelTests
{
    private static readonly ParanoidModel Small = new(0, 2, 1);

    [Theory]
    [InlineData(0, false)]
    [InlineData(900, false)]
    [InlineData(900, true)]
    public void It_finds_what_the_model_of_fixed_size_finds(int longest, bool compacted)
    {
        var expected = Explore.Model(Small).Run();
        var explorer = Explore.Model(new EncodedParanoidModel(Small, longest));

        var result = (compacted ? explorer.HashCompaction() : explorer).Run();

        Assert.Equal(expected.Levels, result.Levels);
        Assert.Equal(expected.Transitions, result.Transitions);
        Assert.Equal(compacted, result.BytesPerState < 40 && longest > 0);
    }

    [Fact]
    public void A_property_sees_the_decoded_state_and_a_step_both()
    {
        var model = new ParanoidModel(0, 1, 0, Restore.WhenUser);
        var result = Explore.Model(new EncodedParanoidModel(model, 64))
            .With("never three deep", (in view) => view.State.Depth < 3)
            .With(Property<ParanoidView>.Step("one at a time", "nesting changes by one", (in before, _, in after) => Math.Abs(before.State.Depth - after.State.Depth) <= 1))
            .With(Property<ParanoidView>.Step("steady", "nesting never changes", (in before, _, in after) => before.State.Depth == after.State.Depth))
            .Run();

        Assert.Equal(4, result.ShouldBeViolated("never three deep").Steps.Count);
        Assert.Equal(2, result.ShouldBeViolated("steady").Steps.Count);
        Assert.Equal(Verdict.HoldsWithinBounds, result.Properties[1].Verdict);
    }

    [Fact]
    public void An_execution_can_be_replayed_from_its_choices()
    {
        var model = new EncodedParanoidModel(new ParanoidModel(0, 1, 0, Restore.WhenUser), 64);
        var found = Explore.Model(model).With("never three deep", (in view) => view.State.Depth < 3).Run().ShouldBeViolated("never three deep");

        var replayed = Explore.Model(model).Replay(found.Choices);

        Assert.NotNull(replayed);
        Assert.Equal(VerdictText.Of(found), VerdictText.Of(replayed));
        Assert.Null(Explore.Model(model).Replay([.. found.Choices, 99]));
        Assert.Null(Explore.Model(model).Replay([]));
    }

    [Fact]
    public void A_state_that_is_too_long_is_refused()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Explore.Model(new OneState(1 << 20)).Run());
        Assert.Equal("length", exception.ParamName);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public void A_state_may_have_any_length_below_that(int length)
    {
        var result = Explore.Model(new OneState(length)).CollectTerminalStates().Run();
        Assert.Equal(1, result.States);
        Assert.Equal(length, result.TerminalStates.Single().Bytes.Length);
    }

    private sealed class OneState(int length) : IEncodedModel<int>
    {
        public IEncodedModel<int> ForWorker() => this;

        public void InitialStates(EncodedSink states) => states.Add(0, new byte[length]);

        public int Decode(ReadOnlySpan<byte> state) => state.Length;

        public void Successors(int state, EncodedSink successors)
        {
        }

        public string NameOf(int transition) => "start";

        public string Describe(int state) => $"{state} bytes";
    }
}
