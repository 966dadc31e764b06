using EntryGen.Benchmarks.Exploration;
using EntryGen.Exploration;
using EntryGen.Exploration.WeakMemory;

namespace EntryGen.Tests.Exploration;

/// <summary>The same answer, the same counts and the same bytes on any number of threads.</summary>
public class DeterminismTests
{
    private static readonly int[] ThreadCounts = [1, 2, 3, 4, 8];

    [Fact]
    public void A_model_that_holds() => SameOnAllThreads(threads => Paranoid(Restore.WhenDifferent).Threads(threads));

    [Fact]
    public void A_violation_with_many_equally_short_ways_to_it() => SameOnAllThreads(threads => Paranoid(Restore.WhenUser).Threads(threads));

    [Theory]
    [InlineData(20_000)]
    [InlineData(100_000)]
    public void A_bound_on_states(long states) => SameOnAllThreads(threads => Paranoid(Restore.WhenDifferent).States(states).Threads(threads));

    [Fact]
    public void A_bound_on_memory() => SameOnAllThreads(threads => Paranoid(Restore.WhenDifferent).Memory(2_000_000).States(90_000).Threads(threads));

    [Fact]
    public void Fingerprints() => SameOnAllThreads(threads => Paranoid(Restore.WhenUser).HashCompaction().Threads(threads));

    [Fact]
    public void States_of_any_length() => SameOnAllThreads(threads =>
        Explore.Model(new EncodedParanoidModel(new ParanoidModel(0, 1, 1, Restore.WhenUser), 300))
            .With("shallow", (in view) => view.State.Depth < 3)
            .With("kernel's half in handlers", (in view) => view.State.Depth == 0 || view.State.Pc != 3 || view.State.Cr3 < 2)
            .CollectTerminalStates()
            .CountTransitions()
            .Threads(threads));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mirror_images(bool reduced) => SameOnAllThreads(threads =>
    {
        var explorer = Explore.Model(new SpinLockModel(7, atomic: false)).With(SpinLockModel.MutualExclusion)
            .With("not all inside", (in state) => state.CountInside() < 7)
            .CountTransitions()
            .Threads(threads);
        return reduced ? explorer : explorer.WithoutReductions();
    });

    [Fact]
    public void Stores_that_wait() => SameOnAllThreads(threads =>
    {
        var program = new TsoProgram("x", "y", "z");
        program.Thread().Store("x", 1).Load("rax", "y").Add("z", 1);
        program.Thread().Store("y", 1).Load("rax", "z").Add("z", 1);
        program.Thread().Store("z", 1).Load("rax", "x").LockedAdd("z", 1);
        return Explore.Model(new TsoModel(program, eagerStores: false))
            .With(Property<TsoState>.AtEnd("z", "no addition is lost", (in state) => state.Memory[2] >= 3))
            .With(Property<TsoState>.AtEnd("r", "somebody sees somebody", (in state) => state.Cpus[0].Registers[0] + state.Cpus[1].Registers[0] + state.Cpus[2].Registers[0] > 0))
            .CollectTerminalStates()
            .Threads(threads);
    });

    private static Explorer<ParanoidState> Paranoid(Restore restore)
    {
        var model = new ParanoidModel(0, 2, 1, restore);
        return Explore.Model(model)
            .With(model.RestoresCr3)
            .With("an NMI is never the second of two", (in state) => !state.InNmi || state.Depth != 2 || state.Pc != 3)
            .With(Property<ParanoidState>.Step("mm", "the address space changes only in a handler", (in before, transition, in after) => transition != 6 || before.Depth < 3))
            .CountTransitions()
            .CollectTerminalStates();
    }

    private static void SameOnAllThreads<TState>(Func<int, Explorer<TState>> explorer)
    {
        var texts = ThreadCounts.Select(threads => TextOf(explorer(threads).Run())).ToList();
        Assert.All(texts, text => Assert.Equal(texts[0], text));
    }

    private static string TextOf(ExplorationResult result) => string.Join(
        '\n',
        result,
        VerdictJson.Of(result, "paranoid", "user", timed: false),
        string.Join(' ', result.Levels),
        result.StoredStates,
        result.StoreBytes,
        string.Join(' ', result.TerminalStates.Select(state => Convert.ToHexString(state.Bytes.Span))),
        string.Join(' ', result.TransitionCounts.OrderBy(count => count.Key)),
        string.Join(' ', result.Properties.SelectMany(property => property.Counterexample?.Choices ?? [])));
}
