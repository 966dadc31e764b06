using EntryGen;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Kernel;

namespace RestoreCr3;

/// <summary>What an event interrupts.</summary>
/// <param name="Name">In words.</param>
/// <param name="Entry">The entry that is explored.</param>
/// <param name="Start">What it finds.</param>
/// <param name="Events">What may happen on the way.</param>
public sealed record Place(string Name, string Entry, StartState Start, InjectedEvents Events)
{
    /// <summary>The places: an NMI in the kernel, an NMI between the two switches of an entry or exit, and a whole system call with an event at any instruction.</summary>
    public static IReadOnlyList<Place> All { get; } =
    [
        new("an NMI in the kernel", "asm_exc_nmi", StartState.Kernel, InjectedEvents.MachineCheck),
        new("an NMI while the user's CR3 is live", "asm_exc_nmi", StartState.Kernel with { Cr3 = Side.User, Gs = Side.User }, InjectedEvents.MachineCheck),
        new("a system call, with an NMI or #MC anywhere", "entry_SYSCALL_64", StartState.User, InjectedEvents.Nmi | InjectedEvents.MachineCheck),
    ];
}

/// <summary>The answer for one variant, one place, one thing that handlers do, with PCIDs or without.</summary>
/// <param name="Variant">How CR3 is put back.</param>
/// <param name="Place">What is interrupted.</param>
/// <param name="Effect">What C handlers may do.</param>
/// <param name="HasPcid">Whether the TLB is tagged.</param>
/// <param name="Result">The verdicts.</param>
public sealed record Answer(Variant Variant, Place Place, HandlerEffect Effect, bool HasPcid, ScenarioResult Result)
{
    /// <summary>The properties that are broken.</summary>
    public IReadOnlyList<string> Broken => [.. Result.Properties.Where(answer => answer.Verdict == Verdict.Violated).Select(answer => answer.Property.Id)];
}

/// <summary>Explores every variant: is the CR3 that is loaded afterwards right, whatever handlers do and wherever events hit?</summary>
public static class Verdicts
{
    /// <summary>What is wrong on purpose, to see that it is found.</summary>
    public static Variant Wrong { get; } = new("X", "write nothing, ever", SkipAlways.EntryUnit);

    /// <summary>P1.1 to P1.6, and that nothing else goes wrong.</summary>
    public static IReadOnlyList<EntryProperty> Properties { get; } =
    [
        EntryProperties.Cr3Restored, EntryProperties.NoStaleTranslation, EntryProperties.BookkeepingAgrees, EntryProperties.UserHalfRestored,
        EntryProperties.MaskClearedWithFlush, EntryProperties.UserRunsOnUserHalf, EntryProperties.SchedulesOnThreadStack, EntryProperties.NoFault,
        EntryProperties.StaysInCode,
    ];

    /// <summary>All answers.</summary>
    public static IReadOnlyList<Answer> ExploreAll() =>
    [
        .. from place in Place.All
           from variant in Experiment.Variants.Append(Wrong)
           from effect in HandlerEffect.All
           from hasPcid in new[] { true, false }
           select Explore(variant, place, effect, hasPcid),
    ];

    /// <summary>One answer. The handler of every event may do what is asked about, or nothing.</summary>
    public static Answer Explore(Variant variant, Place place, HandlerEffect effect, bool hasPcid) =>
        new(variant, place, effect, hasPcid, Question(variant, place, effect, hasPcid).Explore());

    /// <summary>What is asked for it.</summary>
    public static EntryScenario Question(Variant variant, Place place, HandlerEffect effect, bool hasPcid)
    {
        var features = hasPcid ? KernelOptions.DefaultFeatures : KernelOptions.DefaultFeatures.Without("PCID");
        return EntryScenario.Of(variant.Unit, place.Entry).From(place.Start).With(features)
            .MayDo(HandlerEffect.None, effect).Inject(place.Events, most: 1).Ask(Properties);
    }
}
