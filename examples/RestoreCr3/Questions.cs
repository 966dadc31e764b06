using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;

namespace RestoreCr3;

/// <summary>
/// The question about variant S, asked by attributes: the generator makes <c>Scenarios</c> of them, and
/// <c>entrygen explore SkipQuestions RestoreCr3.dll</c> explores it.
/// </summary>
[Scenario("asm_exc_nmi", Unit = typeof(SkipKernel), From = ScenarioStarts.Kernel | ScenarioStarts.KernelOnUserCr3WithUserGs, Inject = InjectedEvents.MachineCheck, Most = 2,
    MayDo = [nameof(HandlerEffect.None), nameof(HandlerEffect.TemporaryMm), nameof(PokeTwice)],
    Ask = [PropertyIds.Cr3Restored, PropertyIds.BookkeepingAgrees, PropertyIds.UserHalfRestored])]
[Scenario("entry_SYSCALL_64", Unit = typeof(SkipKernel), Inject = InjectedEvents.Nmi, Ask = [PropertyIds.UserRunsOnUserHalf, PropertyIds.MaskClearedWithFlush])]
public static partial class SkipQuestions
{
    /// <summary>An effect of our own: two pages are patched, one after the other, without a return to the task's mm in between.</summary>
    public static HandlerEffect PokeTwice { get; } = new(
        "H2'",
        "poke-twice",
        "switches to a temporary mm, flushes between two writes through it, and switches back",
        spaces => spaces.BeginSwitch(Mm.Temporary, remember: true),
        spaces => spaces.WriteCr3OfSwitch(),
        spaces => spaces.EndSwitch(),
        spaces => spaces.FlushLocally(),
        spaces => spaces.BeginSwitchBack(),
        spaces => spaces.WriteCr3OfSwitch(),
        spaces => spaces.EndSwitch(),
        spaces => spaces.ChangeEntry(Mm.Temporary));

    [ScenarioProperty("an entry returns without bit 63 of CR3, which can only be written", Moments.Return)]
    private static bool NoFlushIsGone(EntryState state) => state[Reg.Cr3] >> 63 == 0;
}
