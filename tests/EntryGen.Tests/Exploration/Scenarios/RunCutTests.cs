using EntryGen.Emulation;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.Tests.Kernel;

namespace EntryGen.Tests.Exploration.Scenarios;

/// <summary>Runs that end before what was interrupted goes on: nothing is said to hold of what would have followed.</summary>
public sealed class RunCutTests
{
    private const ulong UserPcid = 0x800;

    [Fact]
    public void A_CR3_without_a_meaning_leaves_other_properties_without_an_answer()
    {
        var unit = new HandWrittenUnit().KernelVariables().Label("asm_exc_nmi", EntryKind.Nmi)
            .Add("mov %rax, %cr3", (ref Cpu cpu) => cpu.WriteControl(3, cpu.Machine[Reg.Cr3] | UserPcid))
            .Iretq()
            .Build();
        var scenario = EntryScenario.Of(unit, "asm_exc_nmi").From(StartState.Kernel);

        var alone = scenario.Ask(EntryProperties.UserRunsOnUserHalf).Explore();
        Assert.Equal(Verdict.BoundHit, alone.Verdict);
        Assert.Contains("cr3-pcid", Assert.Single(alone.Cuts), StringComparison.Ordinal);
        Assert.Contains("  P1.6         no answer: ", alone.ToString(), StringComparison.Ordinal);
        Assert.Throws<ExplorationException>(() => alone.ShouldHold());

        var all = scenario.Explore();
        all.ShouldViolate("cr3-pcid");
        Assert.Equal(Verdict.BoundHit, all.Properties.Single(property => property.Property.Id == "P1.6").Verdict);
    }

    [Fact]
    public void An_instruction_that_is_not_modelled_is_no_proof()
    {
        var unit = new HandWrittenUnit().KernelVariables().Label("asm_exc_nmi", EntryKind.Nmi)
            .Add("unknown", (ref Cpu cpu) =>
            {
                cpu.Machine.Record(new Stop(StopKind.Unmodelled));
                return false;
            })
            .Iretq()
            .Build();
        var result = EntryScenario.Of(unit, "asm_exc_nmi").From(StartState.Kernel).Explore();
        Assert.Equal(Verdict.BoundHit, result.Verdict);
        Assert.Contains("runs end at asm_exc_nmi, which is not modelled", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_split_exploration_is_cut_as_the_whole_is()
    {
        var unit = ParanoidUnit.Create(Cr3Return.Write, unit => unit.Add("mov %rax, %cr3", (ref Cpu cpu) => cpu.WriteControl(3, cpu.Machine[Reg.Cr3] ^ UserPcid)));
        var whole = EntryScenario.Of(unit, "asm_exc_nmi").From(StartState.Kernel).Inject(InjectedEvents.Nmi);
        var parts = whole.Split().Select(part => ScenarioSummary.Of(part.Explore())).ToList();
        var merged = ScenarioSummary.Merge(parts);
        var once = ScenarioSummary.Of(whole.Explore());
        Assert.Equal((once.States, once.Verdict), (merged.States, merged.Verdict));
        Assert.Equal(once.Cuts, merged.Cuts);
    }
}
