using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;
using EntryGen.OracleTests.Rules.Corpus;
using EntryGen.OracleTests.Trace;

namespace EntryGen.OracleTests.Exploration;

/// <summary>The kernel's entries with a TLB at its worst: as they are nothing stale is left for user code, with a bug put in it is.</summary>
public sealed class WorstCaseTlbTests
{
    public static TheoryData<string, string> Effects => new()
    {
        { "6.1", "none,flush-mask" }, { "6.1", "none,local-flush" }, { "6.1", "temporary-mm" }, { "6.1", "direct-cr3" },
        { "6.12", "none,flush-mask" }, { "6.12", "none,local-flush" }, { "6.12", "temporary-mm" }, { "6.12", "direct-cr3" },
    };

    [KernelTheory]
    [MemberData(nameof(Effects))]
    public void The_NMI_entry_leaves_nothing_stale(string version, string effects)
    {
        var question = EntryScenario.Of(KernelUnit.Of(version), "asm_exc_nmi").WithWorstCaseTlb()
            .MayDo(effects.Split(',').Select(name => HandlerEffect.All.Single(effect => effect.Name == name)));
        question.From(StartState.User).Explore().ShouldHold();

        // A temporary mm is for one at a time: within another handler's switch nothing could be switched back to.
        var events = effects == "temporary-mm" ? InjectedEvents.None : InjectedEvents.MachineCheck | InjectedEvents.Debug;
        question.From(StartState.Kernel with { Cr3 = Side.User }).Inject(events).Explore().ShouldHold();
    }

    /// <summary>What a system call leaves in the mask is flushed on the way out, with any event on the way; but an event between the test of the mask and the write of CR3 asks for it too late.</summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_system_call_flushes_what_it_has_to(string version)
    {
        var question = EntryScenario.Of(KernelUnit.Of(version), "entry_SYSCALL_64").Inject(InjectedEvents.All).WithWorstCaseTlb();
        question.Explore().ShouldHold();
        var late = question.MayDo(HandlerEffect.None, HandlerEffect.FlushMask).Explore();
        Assert.Equal(late.ShouldViolate("P1.2").Choices, late.ShouldViolate("tlb").Choices);
    }

    [CorpusFact]
    public void Bugs_that_are_put_in_are_found()
    {
        foreach (var name in new[] { "pcid-flush-inverted", "pcid-user-bit-missing" })
        {
            var edit = CorpusSample.Edits.Single(edit => edit.Name == name);
            foreach (var version in edit.Versions)
            {
                var unit = KernelUnit.Changed(version, CorpusSample.Apply(edit, version), ["entry_SYSCALL_64"]);
                var scenario = EntryScenario.Of(unit, "entry_SYSCALL_64").WithWorstCaseTlb();
                var shown = scenario.Explore().ShouldViolate("tlb");
                Assert.Contains("user code may use a stale translation", shown.Detail, StringComparison.Ordinal);
                Assert.True(scenario.Replay(shown.Choices, EntryProperties.TranslationsPresent).IsBroken);
            }
        }
    }
}
