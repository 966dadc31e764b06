using System.Text.Json;
using EntryGen.Exploration;

namespace EntryGen.Tests.Exploration;

/// <summary>What a result says, in words and in JSON.</summary>
public class VerdictTests
{
    [Fact]
    public void A_violation_shows_the_shortest_way_to_it()
    {
        var exception = Assert.Throws<ExplorationException>(() => Explore.Model(new SpinLockModel(2, atomic: false)).WithoutReductions()
            .With(Property<SpinLockState>.Invariant("L1", "at most one processor is inside", (in state) => state.CountInside() <= 1, "lecture 1"))
            .Run()
            .ShouldHold());

        Assert.Equal(
            """
            violated: 9 states, 14 transitions, depth 4
              L1  violated: at most one processor is inside (lecture 1)
                start  boot                      lock 0: --
                    1  CPU 1 sees the lock free  lock 0: -r
                    2  CPU 0 sees the lock free  lock 0: rr
                    3  CPU 0 writes the lock     lock 1: Ir
                    4  CPU 1 writes the lock     lock 1: II

            """.ReplaceLineEndings("\n"),
            exception.Message);
    }

    [Fact]
    public void A_property_that_holds_says_so_with_what_it_rests_on()
    {
        var result = Explore.Model(new SpinLockModel(3, atomic: true)).With(SpinLockModel.MutualExclusion).With(Property<SpinLockState>.NoDeadlock).Run().ShouldHold();
        Assert.Equal(
            """
            holds within bounds: 2 states, 4 transitions, depth 1
            mirror images were taken for one state
              mutual-exclusion  holds within bounds: at most one processor is inside
              no-deadlock  holds within bounds: every reachable state has a successor

            """.ReplaceLineEndings("\n"),
            result.ToString());
    }

    [Fact]
    public void A_state_without_successors_is_a_deadlock_and_the_other_properties_are_decided_too()
    {
        var result = Explore.Model(new SpinLockModel(2, atomic: true, releases: false)).WithoutReductions()
            .With(Property<SpinLockState>.NoDeadlock, SpinLockModel.MutualExclusion)
            .CollectTerminalStates()
            .Run();

        Assert.Single(result.ShouldBeViolated("no-deadlock").Steps);
        Assert.Equal(Verdict.HoldsWithinBounds, result.Properties[1].Verdict);
        Assert.Equal(2, result.Terminals);
        Assert.Equal([1, 1], result.TerminalStates.Select(state => state.As<SpinLockState>().CountInside()));
    }

    [Fact]
    public void Stopping_at_the_first_violation_leaves_the_others_open()
    {
        var result = Explore.Model(new SpinLockModel(2, atomic: false))
            .With("nobody enters", (in state) => state.CountInside() == 0)
            .With(Property<SpinLockState>.NoDeadlock)
            .StopAtFirstViolation()
            .Run();

        Assert.Equal([Verdict.Violated, Verdict.BoundHit], result.Properties.Select(property => property.Verdict));
        Assert.Equal(Bound.Violation, result.Bound);
        Assert.Contains("stopped at the first violation", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprints_are_said_to_be_what_states_were_told_apart_by()
    {
        var text = Explore.Model(new SpinLockModel(5, atomic: false)).HashCompaction().Run().ToString();
        Assert.Contains("hash compaction: states were told apart by 64 bits of hash; some may have been missed, with a probability below ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_one_line_for_each_property()
    {
        var result = Explore.Model(new SpinLockModel(2, atomic: false)).With(SpinLockModel.MutualExclusion).With(Property<SpinLockState>.NoDeadlock).Run();

        var lines = VerdictJson.Of(result, "spin_lock", "boot").TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.All(lines, line => Assert.Equal(
            ["entry", "start", "property", "verdict", "states", "transitions", "depth", "seconds", "trace"], line.EnumerateObject().Select(member => member.Name)));
        Assert.Equal(["violated", "holds"], lines.Select(line => line.GetProperty("verdict").GetString()));
        Assert.Equal(5, lines[0].GetProperty("trace").GetArrayLength());
        Assert.Equal("boot", lines[0].GetProperty("trace")[0].GetProperty("step").GetString());
        Assert.Equal(0, lines[1].GetProperty("trace").GetArrayLength());
        Assert.Equal(JsonValueKind.Number, lines[0].GetProperty("seconds").ValueKind);
        Assert.Contains("\"seconds\":null", VerdictJson.Of(result, "spin_lock", "boot", timed: false), StringComparison.Ordinal);
    }
}
