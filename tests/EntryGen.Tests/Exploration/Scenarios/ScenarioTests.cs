using EntryGen.Emulation;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;
using EntryGen.Testing;
using EntryGen.Tests.Kernel;

namespace EntryGen.Tests.Exploration.Scenarios;

/// <summary>Scenarios over a small NMI entry: what holds, what is violated and how it is shown.</summary>
public sealed class ScenarioTests
{
    private static readonly StartState _window = StartState.Kernel with { Cr3 = Side.User };

    private static EntryScenario Nmi(Cr3Return way, StartState start, int most = 1) =>
        EntryScenario.Of(ParanoidUnit.Create(way), "asm_exc_nmi").From(start).Inject(InjectedEvents.Nmi, most);

    [Fact]
    public void An_entry_that_puts_everything_back_holds()
    {
        var result = Nmi(Cr3Return.Write, _window, most: 2).Explore().ShouldHold();
        Assert.Equal(EntryProperties.All.Count, result.Properties.Count);
        Assert.Equal(27, result.Covered.Count);
        Assert.Empty(result.NotCovered);
        Assert.Contains("holds within bounds", result.ToString(), StringComparison.Ordinal);
        Assert.Contains("not modelled", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_CR3_that_is_not_put_back_is_shown_with_the_fewest_events_and_steps()
    {
        var result = Nmi(Cr3Return.Never, _window, most: 2).Explore();
        var shown = result.ShouldViolate("P1.4");
        Assert.Equal("28", shown.Choices.Text);
        Assert.Equal("iretq", shown.Steps[^1].Text);
        Assert.Matches("^CR3 is 0x[0-9a-f]+, not 0x[0-9a-f]+$", result.ShouldViolate("P1.1").Detail);
        Assert.Equal(Verdict.HoldsWithinBounds, result.Properties.Single(property => property.Property.Id == "registers").Verdict);
        Assert.Throws<ExplorationException>(() => result.ShouldHold());
    }

    [Fact]
    public void A_run_is_done_again_from_its_choices()
    {
        var scenario = Nmi(Cr3Return.Never, _window, most: 2);
        var shown = scenario.Explore().ShouldViolate("P1.1");
        var again = scenario.Replay(shown.Choices, EntryProperties.Cr3Restored);
        Assert.True(again.IsBroken);
        Assert.Equal(Text(shown), Text(again));
        Assert.Throws<ArgumentException>(() => scenario.Replay(new RunChoices("3.mc.1"), EntryProperties.Cr3Restored));
        Assert.Throws<ArgumentException>(() => scenario.Replay(new RunChoices("9999"), EntryProperties.Cr3Restored));
        Assert.Throws<ArgumentException>(() => scenario.Replay(new RunChoices("x"), EntryProperties.Cr3Restored));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_answer_does_not_depend_on_threads(int threads)
    {
        var scenario = Nmi(Cr3Return.Never, _window, most: 2).WithoutReductions();
        Assert.Equal(scenario.Within(new ExplorationBounds { Threads = 3 }).Explore().ToString(), scenario.Within(new ExplorationBounds { Threads = threads }).Explore().ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_reduction_changes_no_verdict(int way)
    {
        var scenario = Nmi((Cr3Return)way, _window, most: 2).MayDo(HandlerEffect.All);
        var reduced = scenario.Explore();
        var full = scenario.WithoutReductions().Explore();
        Assert.Equal(full.Properties.Select(property => property.Verdict), reduced.Properties.Select(property => property.Verdict));
        Assert.Equal(
            full.Properties.Select(property => property.Counterexample?.Choices.Text), reduced.Properties.Select(property => property.Counterexample?.Choices.Text));
        Assert.True(full.Exploration.States > reduced.Exploration.States);
    }

    // A property of the caller's own that is looked at after every instruction has them run one by one; otherwise several run in a row.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Instructions_in_a_row_do_what_they_do_one_by_one(int way)
    {
        var scenario = Nmi((Cr3Return)way, _window, most: 2).MayDo(HandlerEffect.All);
        var inRow = scenario.Explore();
        var single = scenario.Ask([.. EntryProperties.All, new EntryProperty("any", "anything", Moments.Step, _ => true)]).Explore();
        Assert.Equal(single.Exploration.Levels, inRow.Exploration.Levels);
        Assert.Equal(single.Exploration.Transitions, inRow.Exploration.Transitions);
        Assert.Equal(single.Covered, inRow.Covered);
        Assert.Equal(single.Properties.SkipLast(1).Select(property => property.Verdict), inRow.Properties.Select(property => property.Verdict));
        Assert.Equal(
            single.Properties.SkipLast(1).Select(property => property.Counterexample?.Choices.Text), inRow.Properties.Select(property => property.Counterexample?.Choices.Text));
    }

    // Why the write of CR3 may be left out when the kernel's was interrupted: written back, it undoes what a handler that leaves another mm loaded did.
    [Fact]
    public void A_handler_that_leaves_another_mm_is_undone_by_the_write_and_not_by_the_skip()
    {
        var written = Nmi(Cr3Return.Write, StartState.Kernel, most: 0).MayDo(HandlerEffect.LazyMm).Explore();
        Assert.Contains("loaded_mm is Init", written.ShouldViolate("P1.3").Detail, StringComparison.Ordinal);
        written.ShouldViolate("P1.1");
        Nmi(Cr3Return.SkipKernel, StartState.Kernel, most: 0).MayDo(HandlerEffect.LazyMm).Explore().ShouldHold();
    }

    [Fact]
    public void A_handler_on_an_exception_stack_may_not_schedule() =>
        Nmi(Cr3Return.Write, StartState.Kernel, most: 0).MayDo(HandlerEffect.None, HandlerEffect.Schedule).Explore().ShouldViolate("schedule");

    [Fact]
    public void An_NMI_whose_handler_is_not_called_is_lost() =>
        EntryScenario.Of(new HandWrittenUnit().Label("asm_exc_nmi").Iretq().Build(), "asm_exc_nmi").From(StartState.Kernel).Explore().ShouldViolate("no-lost-nmi");

    [Fact]
    public void An_endless_loop_is_no_end()
    {
        var unit = new HandWrittenUnit().Label("asm_exc_nmi");
        var here = unit.Here;
        var loop = unit.Add("nop", (ref Cpu cpu) => true).Add("jmp asm_exc_nmi", (ref Cpu cpu) =>
        {
            cpu.Rip = here;
            return true;
        }).Build();
        var shown = EntryScenario.Of(loop, "asm_exc_nmi").From(StartState.Kernel).Explore().ShouldViolate("ends");
        Assert.Contains("for ever", shown.Steps[^1].Text, StringComparison.Ordinal);
        Assert.InRange(shown.Steps.Count, 3, 6);
    }

    [Fact]
    public void A_fault_of_entry_code_is_shown_with_its_address()
    {
        var unit = new HandWrittenUnit().Label("asm_exc_nmi").Add("movq 0x10, %rax", (ref Cpu cpu) => cpu.Load64(0x10, out _)).Iretq().Build();
        var shown = EntryScenario.Of(unit, "asm_exc_nmi").From(StartState.Kernel).Explore().ShouldViolate("no-fault");
        Assert.Contains("#PF at 0x10", shown.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_property_of_the_callers_own_is_looked_at_when_it_says()
    {
        var scenario = Nmi(Cr3Return.Write, _window).Ask();
        scenario.With("CR3 is the kernel's in C code", Moments.Call, state => !state.OnUserPageTables).Explore().ShouldHold();
        scenario.With("RAX is 1 in C code", Moments.Call, state => state[Reg.Rax] == 1).Explore().ShouldViolate("RAX is 1 in C code");
    }

    [Fact]
    public void A_bound_is_no_answer()
    {
        var result = Nmi(Cr3Return.Write, _window, most: 2).WithoutReductions().Within(new ExplorationBounds { States = 50 }).Explore();
        Assert.Equal(Verdict.BoundHit, result.Verdict);
        Assert.All(result.Properties, property => Assert.Equal(Verdict.BoundHit, property.Verdict));
        Assert.Contains("more states than the bound of 50", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_asked_is_said()
    {
        var unit = ParanoidUnit.Create(Cr3Return.Write);
        Assert.Contains("asm_exc_debug", Assert.Throws<ArgumentException>(() => EntryScenario.Of(unit, "asm_exc_nmi").Inject(InjectedEvents.Debug).Explore()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => EntryScenario.Of(unit, "nothing"));
        Assert.Equal(InjectedEvents.Nmi, ScenarioEntries.In(unit));
    }

    [Fact]
    public void The_page_has_every_property_and_effect()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "exploration.md"));
        Assert.All(EntryProperties.All, property => Assert.Contains($"| `{property.Id}` | {property.Words} |", page, StringComparison.Ordinal));
        Assert.All(HandlerEffect.All, effect => Assert.Contains($"| {effect.Id} | `{effect.Name}` | {effect.Words} |", page, StringComparison.Ordinal));
    }

    private static string Text(Counterexample shown)
    {
        using var writer = new StringWriter();
        ScenarioText.Write(writer, shown);
        return writer.ToString();
    }

    [Fact]
    public void What_cannot_be_asked_is_refused_where_it_is_said()
    {
        var scenario = Nmi(Cr3Return.Write, _window);
        Assert.Throws<ArgumentNullException>("start", () => scenario.From(null!));
        Assert.Throws<ArgumentNullException>("options", () => scenario.In(null!));
        Assert.Throws<ArgumentNullException>("features", () => scenario.With((FeatureSet)null!));
        Assert.Throws<ArgumentOutOfRangeException>("events", () => scenario.Inject((InjectedEvents)(1 << 20)));
        Assert.Throws<ArgumentNullException>("effects", () => scenario.MayDo(null!));
        Assert.Throws<ArgumentNullException>("effects", () => scenario.MayDo([null!]));
        Assert.Throws<ArgumentNullException>("properties", () => scenario.Ask(null!));
        Assert.Throws<ArgumentNullException>("properties", () => scenario.Ask([null!]));
        Assert.Throws<ArgumentException>("properties", () => scenario.With("never", Moments.None, _ => false));
        Assert.Throws<ArgumentException>("properties", () => scenario.Ask(EntryProperty.AllOf("none", "nothing")));
        Assert.Throws<ArgumentException>("words", () => scenario.With(" ", Moments.Step, _ => true));
        Assert.Throws<ArgumentNullException>("holds", () => scenario.With("a", Moments.Step, null!));
        Assert.Throws<ArgumentNullException>("bounds", () => scenario.Within(null!));
        Assert.Throws<ArgumentOutOfRangeException>("bounds.States", () => scenario.Within(new ExplorationBounds { States = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>("bounds.Time", () => scenario.Within(new ExplorationBounds { Time = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>("bounds.Threads", () => scenario.Within(new ExplorationBounds { Threads = 100_000 }));
        Assert.Throws<ArgumentNullException>("choices", () => scenario.Replay(default, EntryProperties.Ends));
        Assert.Equal("my own", Assert.Throws<InvalidOperationException>(() => scenario.With("a", Moments.Step, _ => throw new InvalidOperationException("my own")).Explore()).Message);
    }
}
