using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;
using EntryGen.OracleTests.Rules.Corpus;
using EntryGen.OracleTests.Trace;

namespace EntryGen.OracleTests.Exploration;

/// <summary>Verdicts on the kernel's entries: as they are they hold, with a bug put in they are violated.</summary>
public sealed class KernelVerdictTests
{
    public static TheoryData<string, string> Paranoid => new()
    {
        { "6.1", "asm_exc_nmi" }, { "6.1", "asm_exc_debug" }, { "6.1", "asm_exc_machine_check" },
        { "6.12", "asm_exc_nmi" }, { "6.12", "asm_exc_debug" }, { "6.12", "asm_exc_machine_check" },
    };

    [KernelTheory]
    [MemberData(nameof(Paranoid))]
    public void Paranoid_entries_hold_with_two_events(string version, string entry)
    {
        foreach (var start in KnownEntries.Find(entry)!.Starts)
        {
            EntryScenario.Of(KernelUnit.Of(version), entry).From(start).Inject(InjectedEvents.All, most: 2).Explore().ShouldHold();
        }
    }

    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Every_entry_holds_with_one_event(string version)
    {
        var unit = KernelUnit.Of(version);
        foreach (var entry in unit.Entries.Values)
        {
            foreach (var start in KnownEntries.Resolve(entry.Name, entry.Kind).Starts)
            {
                EntryScenario.Of(unit, entry.Name).From(start).Inject(InjectedEvents.All).Explore().ShouldHold();
            }
        }
    }

    /// <summary>The IRETQ to user mode faults because of what user code chose, also that from the espfix stack, which can hold no frame; an NMI comes anywhere then.</summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_return_to_user_mode_that_faults_is_handled(string version)
    {
        var unit = KernelUnit.Of(version);
        foreach (var start in new[] { StartState.User, StartState.User with { On16BitStack = true } })
        {
            var result = EntryScenario.Of(unit, "asm_exc_page_fault").From(start).Inject(InjectedEvents.Faults | InjectedEvents.Nmi, most: 2).Explore().ShouldHold();
            Assert.Contains(result.Covered, instruction => instruction.Address >= unit.Symbols["asm_exc_general_protection"] && instruction.Address < unit.Symbols["asm_exc_general_protection"] + 64);
        }
    }

    [KernelFact]
    public void FREDs_entry_points_hold_with_two_events()
    {
        var unit = KernelUnit.Fred("6.12");
        foreach (var scenario in unit.Entries.Keys.SelectMany(entry => EntryScenario.Of(unit, entry).Inject(InjectedEvents.All | InjectedEvents.GeneralProtection, most: 2).FromEach()))
        {
            scenario.Explore().ShouldHold();
        }
    }

    /// <summary>docs/findings.md: two machine checks and an NMI, while the first NMI copies the frame that the other rewrites.</summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_third_event_breaks_what_two_do_not(string version)
    {
        var question = EntryScenario.Of(KernelUnit.Of(version), "asm_exc_nmi").From(StartState.Kernel).Ask(EntryProperties.Returns);
        question.Inject(InjectedEvents.Nmi | InjectedEvents.MachineCheck, most: 2).Explore().ShouldHold();
        var shown = question.Inject(InjectedEvents.Nmi | InjectedEvents.MachineCheck, most: 3).Explore().ShouldViolate("return");
        Assert.Equal(["mc", "mc", "nmi"], shown.Choices.Text.Split('.').Where(word => char.IsLetter(word[0])));
    }

    /// <summary>6.1 writes CR3 back also when it was the kernel's; 6.12 leaves it. It matters when a handler leaves init_mm loaded.</summary>
    [KernelFact]
    public void Leaving_the_kernels_CR3_alone_is_right_also_when_a_handler_switches_the_mm()
    {
        EntryScenario Question(string version) => EntryScenario.Of(KernelUnit.Of(version), "asm_exc_nmi").From(StartState.Kernel).MayDo(HandlerEffect.LazyMm);
        Question("6.1").Explore().ShouldViolate("P1.3");
        Question("6.12").Explore().ShouldHold();
    }

    /// <summary>The table of examples/RestoreCr3 on the kernel's own code: 6.1 writes CR3 back whatever it was (W), 6.12 only where it was the user's (S).</summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void What_handlers_may_do_to_the_address_space(string version)
    {
        // Without PCIDs there are no ASIDs that could be taken from a process.
        string Expected(bool isWindow, bool hasPcid, HandlerEffect effect) => effect.Name switch
        {
            "lazy-mm" => isWindow ? "P1.1" : version == "6.1" ? "P1.1 P1.3" : "",
            "asid-wrap" => !hasPcid ? "" : isWindow ? "P1.1" : version == "6.1" ? "P1.1 P1.3" : "",
            "schedule" => "schedule",
            _ => "",
        };

        var unit = KernelUnit.Of(version);
        foreach (var entry in new[] { "asm_exc_nmi", "asm_exc_debug", "asm_exc_machine_check" })
        {
            foreach (var isWindow in new[] { false, true })
            {
                foreach (var hasPcid in new[] { true, false })
                {
                    foreach (var effect in HandlerEffect.All)
                    {
                        var result = EntryScenario.Of(unit, entry)
                            .From(isWindow ? StartState.Kernel with { Cr3 = Side.User, Gs = Side.User } : StartState.Kernel)
                            .With(hasPcid ? KernelOptions.DefaultFeatures : KernelOptions.DefaultFeatures.Without("PCID"))
                            .MayDo(HandlerEffect.None, effect).Inject(InjectedEvents.MachineCheck).Explore();
                        var broken = string.Join(' ', result.Properties.Where(property => property.Counterexample is not null).Select(property => property.Property.Id));
                        Assert.Equal((entry, isWindow, hasPcid, effect.Name, Expected(isWindow, hasPcid, effect)), (entry, isWindow, hasPcid, effect.Name, broken));
                        Assert.Empty(result.Cuts);
                    }
                }
            }
        }
    }

    [CorpusFact]
    public void Bugs_that_are_put_in_are_found()
    {
        (string Edit, string Entry, StartState Start, int Events, string Property)[] cases =
        [
            ("cr3-nmi-user-missing", "asm_exc_nmi", StartState.User, 0, "no-fault"),
            ("cr3-nmi-exit-missing", "asm_exc_nmi", StartState.Kernel with { Cr3 = Side.User }, 0, "P1.4"),
            ("cr3-save-missing-test", "asm_exc_nmi", StartState.Kernel with { Cr3 = Side.User }, 0, "no-fault"),
            ("reg-nmi-dx", "asm_exc_nmi", StartState.User, 0, "pt-regs"),
            ("reg-paranoid-cr3-scratch-r14", "asm_exc_debug", StartState.Kernel with { Cr3 = Side.User }, 0, "P1.1"),
            ("ist-db-user-stays", "asm_exc_debug", StartState.User, 0, "c-stack"),
            ("stack-error-entry-no-switch", "asm_exc_page_fault", StartState.User, 0, "c-stack"),
            ("int3-gap-user", "asm_exc_int3", StartState.User, 0, "entry-frame"),
            ("flags-sysenter-no-cld", "entry_SYSENTER_compat", StartState.User, 0, "c-flags"),
            ("pcid-flush-inverted", "entry_SYSCALL_64", StartState.User, 0, "P1.2"),
            ("pcid-user-bit-missing", "entry_SYSCALL_64", StartState.User, 0, "cr3-pcid"),
            ("nmi-outermost-copy-offset", "asm_exc_nmi", StartState.Kernel, 1, "pt-regs"),
            ("nmi-no-repeat-check", "asm_exc_nmi", StartState.Kernel, 2, "return"),
            ("nmi-no-df-set", "asm_exc_nmi", StartState.Kernel, 2, "ends"),
        ];
        foreach (var (name, entry, start, events, property) in cases)
        {
            var edit = CorpusSample.Edits.Single(edit => edit.Name == name);
            string[] entries = [entry, .. ScenarioEntries.Of(InjectedEvents.All).Where(handler => handler != entry)];
            foreach (var version in edit.Versions)
            {
                var unit = KernelUnit.Changed(version, CorpusSample.Apply(edit, version), entries);
                var result = EntryScenario.Of(unit, entry).From(start).Inject(InjectedEvents.All, events).Explore();
                Assert.True(
                    result.Properties.Any(found => found.Property.Id == property && found.Counterexample is not null),
                    $"{name} {version}: {string.Join(' ', result.Properties.Where(found => found.Counterexample is not null).Select(found => found.Property.Id))}");
            }
        }
    }
}
