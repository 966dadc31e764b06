using EntryGen.Emulation;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Exploration.Scenarios.Translations;
using EntryGen.Kernel;
using RestoreCr3;

namespace EntryGen.Tests.Exploration.Scenarios;

/// <summary>Scenarios whose TLB is at its worst: what the machine may still use, against what the bookkeeping says.</summary>
public sealed class WorstCaseTlbTests
{
    // All variants, places and effects: WorstCaseTableTests beside the oracles.
    [Theory]
    [InlineData("C", 1, true)]
    [InlineData("S", 1, true)]
    public void The_machine_and_the_bookkeeping_agree(string variant, int place, bool hasPcid)
    {
        foreach (var effect in new[] { HandlerEffect.LocalFlush, HandlerEffect.FlushMask })
        {
            var (by, worst) = (Scenario(variant, Place.All[place], effect, hasPcid), Scenario(variant, Place.All[place], effect, hasPcid).WithWorstCaseTlb());
            var kept = by.Ask(Verdicts.Properties).Explore();
            var machine = worst.Ask([.. Verdicts.Properties, EntryProperties.TranslationsPresent]).Explore();
            Assert.Equal(Broken(kept), Broken(machine).Where(id => id != "tlb"));
            Assert.Equal(Broken(kept).Contains("P1.2"), Broken(machine).Contains("tlb"));
        }
    }

    // With a PCID and the mask the flush can come too late: the same NMI, between the test of the mask and the write.
    [Fact]
    public void Both_show_the_same_run()
    {
        var result = Scenario("S", Place.All[2], HandlerEffect.FlushMask, hasPcid: true).WithWorstCaseTlb().Ask(EntryProperties.NoStaleTranslation, EntryProperties.TranslationsPresent).Explore();
        Assert.Equal(result.ShouldViolate("P1.2").Choices, result.ShouldViolate("tlb").Choices);
        Assert.Contains("user code may use a stale translation", result.ShouldViolate("tlb").Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_answer_does_not_depend_on_threads(int threads)
    {
        var scenario = Nmi(Cr3Return.Never, most: 1).MayDo(HandlerEffect.All).WithWorstCaseTlb().WithoutReductions();
        Assert.Equal(scenario.Within(new ExplorationBounds { Threads = 3 }).Explore().ToString(), scenario.Within(new ExplorationBounds { Threads = threads }).Explore().ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_reduction_changes_no_verdict(int way)
    {
        var scenario = Nmi((Cr3Return)way, most: 1).MayDo(HandlerEffect.All).WithWorstCaseTlb();
        var (reduced, full) = (scenario.Explore(), scenario.WithoutReductions().Explore());
        Assert.Equal(Broken(full), Broken(reduced));
        Assert.Equal(
            full.Properties.Select(property => property.Counterexample?.Choices.Text), reduced.Properties.Select(property => property.Counterexample?.Choices.Text));
        Assert.True(full.Exploration.States > reduced.Exploration.States);
    }

    // One model goes from state to state in any order; another comes from the beginning each time: what the TLB holds is part of a state, and no more than the state.
    [Fact]
    public void Successors_do_not_depend_on_what_was_looked_at_before()
    {
        var scenario = Nmi(Cr3Return.SkipKernel, most: 2).MayDo(HandlerEffect.All).WithWorstCaseTlb().WithoutReductions();
        var setup = new ScenarioSetup(scenario, scenario.Asked);
        var (wandering, careful) = (new EntryModel(setup), new EntryModel(setup));
        var start = Assert.Single(wandering.ListInitialStates()).State;
        var pool = new List<byte[]> { start };
        var random = new Random(3);
        for (var i = 0; i < 800; i++)
        {
            var state = pool[random.Next(Math.Max(0, pool.Count - 40), pool.Count)];
            var found = wandering.ListSuccessors(state);
            careful.ListSuccessors(start);
            Assert.Equal(careful.ListSuccessors(state).Select(Text), found.Select(Text));
            pool.AddRange(found.Select(successor => successor.State));
        }
    }

    [Fact]
    public void What_is_asked_and_modelled_is_said()
    {
        var result = Nmi(Cr3Return.Write, most: 0).WithWorstCaseTlb().Explore().ShouldHold();
        Assert.Equal("tlb", result.Properties[^1].Property.Id);
        Assert.Contains("TLB          at its worst", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("TLB", Nmi(Cr3Return.Write, most: 0).Explore().ToString(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Nmi(Cr3Return.Write, most: 0).Ask(EntryProperties.TranslationsPresent).Explore());
    }

    // The temporary mm has taken the ASID of the process. What is written back names a PCID that is the temporary mm's by now; what is skipped does not.
    [Fact]
    public void A_CR3_that_was_given_up_leads_to_another_mms_translations()
    {
        var scenario = Nmi(Cr3Return.Write, most: 0).From(StartState.Kernel).MayDo(HandlerEffect.TemporaryMmAfterWrap).WithWorstCaseTlb();
        var shown = scenario.Explore().ShouldViolate("tlb");
        Assert.Contains("kernel code may use a stale translation", shown.Detail, StringComparison.Ordinal);
        Assert.Equal("iretq", shown.Steps[^1].Text);
        Nmi(Cr3Return.SkipKernel, most: 0).From(StartState.Kernel).MayDo(HandlerEffect.TemporaryMmAfterWrap).WithWorstCaseTlb().Explore().ShouldHold();
    }

    // Every combination once, whatever was chosen before decides how many alternatives there are.
    [Fact]
    public void Numbers_stand_for_combinations()
    {
        var choices = new TranslationChoices();
        var seen = new List<string>();
        for (int? number = 0; number is { } next; number = choices.Next(out _))
        {
            choices.Begin(next);
            var first = choices.Choose(3, ChoiceKind.Translation);
            var rest = first == 1 ? new List<int>() : [choices.Choose(2 + first, ChoiceKind.Translation), choices.Choose(2, ChoiceKind.Translation)];
            Assert.Equal(next, choices.Number);
            seen.Add(string.Join(' ', [first, .. rest]));
        }

        Assert.Equal(4 + 1 + 8, seen.Count);
        Assert.Equal(seen.Distinct(), seen);
    }

    private static EntryScenario Nmi(Cr3Return way, int most) =>
        EntryScenario.Of(ParanoidUnit.Create(way), "asm_exc_nmi").From(StartState.Kernel with { Cr3 = Side.User }).Inject(InjectedEvents.Nmi, most);

    private static EntryScenario Scenario(string variant, Place place, HandlerEffect effect, bool hasPcid) =>
        Verdicts.Question(Experiment.Variants.Single(known => known.Id == variant), place, effect, hasPcid);

    private static IEnumerable<string> Broken(ScenarioResult result) => result.Properties.Where(answer => answer.Verdict == Verdict.Violated).Select(answer => answer.Property.Id);

    private static string Text((int Transition, byte[] State) successor) => $"{successor.Transition} {Convert.ToHexString(successor.State)}";
}
