using EntryGen.Emulation;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using Kaiser;

namespace EntryGen.Tests.Examples;

/// <summary>What the example's tables say, without the events that make its program take longer.</summary>
public class KaiserTests
{
    public static IEnumerable<object[]> Sites => from set in MacroSet.All from site in CallSites.All select new object[] { set.Name, site.Label };

    [Theory]
    [MemberData(nameof(Sites))]
    public void Registers_that_are_declared_free_are(string set, string label)
    {
        var macros = Set(set);
        var site = CallSites.All.Single(site => site.Label == label);
        var free = FreeRegisters.At(macros, site).Free.Select(register => register.ToString().ToLowerInvariant());
        Assert.Empty(site.DeclaredBy(macros).Except(free));
    }

    [Theory]
    [InlineData("site_syscall64_entry", Reg.Rsp)]
    [InlineData("site_sysenter_entry", Reg.Rax)]
    [InlineData("site_nmi_entry", Reg.Rdx)]
    [InlineData("site_sysret64_exit", Reg.Rdi)]
    [InlineData("site_sysret32_exit", Reg.R8, Reg.R9, Reg.R10)]
    [InlineData("site_espfix_exit", Reg.Rdi)]
    public void No_other_register_is_free_today(string label, params Reg[] free) =>
        Assert.Equal(free, FreeRegisters.At(MacroSet.Today, CallSites.All.Single(site => site.Label == label)).Free);

    [Fact]
    public void An_exception_between_the_two_switches_of_2017_loses_the_users_CR3()
    {
        var start = StartState.Kernel with { Cr3 = Side.User, Gs = Side.Kernel };
        Explore(MacroSet.November2017, "asm_exc_debug", start).ShouldViolate("P2.6");
        Explore(MacroSet.Today, "asm_exc_debug", start).ShouldHold();
    }

    [Fact]
    public void Only_paranoid_entries_write_CR3_before_SWAPGS()
    {
        foreach (var way in WayIn.All)
        {
            var isBroken = EntryScenario.Of(MacroSet.Today.Unit, way.Entry).From(way.Start).In(MacroSet.Today.Options)
                .Ask(SwitchProperties.GsAtCr3Write).Explore().Verdict == Verdict.Violated;
            Assert.Equal(way.Start is { From: Side.Kernel, Gs: Side.User }, isBroken);
        }
    }

    private static MacroSet Set(string name) => MacroSet.All.Single(set => set.Name == name);

    private static ScenarioResult Explore(MacroSet set, string entry, StartState start) =>
        EntryScenario.Of(set.Unit, entry).From(start).In(set.Options)
            .Ask(Question.All.Where(question => !question.IsConvention).Select(question => question.Property)).Explore();
}
