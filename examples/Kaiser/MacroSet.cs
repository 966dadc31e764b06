using EntryGen;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;

namespace Kaiser;

/// <summary>One version of the macros with the entries around it.</summary>
/// <param name="Name">When.</param>
/// <param name="Unit">The entry code.</param>
/// <param name="Options">The kernel around it.</param>
public sealed record MacroSet(string Name, EntryUnit Unit, KernelOptions Options)
{
    /// <summary>What was posted in November 2017: no PCIDs yet.</summary>
    public static MacroSet November2017 { get; } = new("November 2017", EntriesNovember2017.EntryUnit, new() { Features = FeatureSet.Pti.Without("PCID") });

    /// <summary>Today's.</summary>
    public static MacroSet Today { get; } = new("today", EntriesToday.EntryUnit, new() { Features = FeatureSet.Pti });

    /// <summary>Both.</summary>
    public static IReadOnlyList<MacroSet> All { get; } = [November2017, Today];
}

/// <summary>A way into the kernel.</summary>
/// <param name="Name">What happens, and where.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Start">What the event finds.</param>
public sealed record WayIn(string Name, string Entry, StartState Start)
{
    /// <summary>What may happen on the way.</summary>
    public InjectedEvents Events { get; init; } = InjectedEvents.Nmi | InjectedEvents.MachineCheck | InjectedEvents.Debug;

    /// <summary>How often, nested or one after the other.</summary>
    public int MostEvents { get; init; } = 2;

    private static readonly StartState _userCr3 = StartState.Kernel with { Cr3 = Side.User, Gs = Side.Kernel };
    private static readonly StartState _userCr3AndGs = StartState.Kernel with { Cr3 = Side.User, Gs = Side.User };
    private static readonly StartState _userOn16BitStack = StartState.User with { On16BitStack = true };

    /// <summary>All that the example looks at.</summary>
    public static IReadOnlyList<WayIn> All { get; } =
    [
        new("SYSCALL, 64 bits", "entry_SYSCALL_64", StartState.User),
        new("SYSENTER", "entry_SYSENTER_compat", StartState.User),
        new("SYSCALL, 32 bits", "entry_SYSCALL_compat", StartState.User),
        new("INT 0x80", "asm_int80_emulation", StartState.User),
        new("interrupt in user mode", "asm_sysvec_apic_timer_interrupt", StartState.User),
        new("the same, 16-bit stack", "asm_sysvec_apic_timer_interrupt", _userOn16BitStack),
        new("#GP in the kernel", "asm_exc_general_protection", StartState.Kernel),
        new("#DB in user mode", "asm_exc_debug", StartState.User),
        new("#DB in the kernel", "asm_exc_debug", StartState.Kernel),
        new("#DB, CR3 and GS the user's", "asm_exc_debug", _userCr3AndGs),
        new("#DB, CR3 the user's", "asm_exc_debug", _userCr3),
        new("NMI in user mode", "asm_exc_nmi", StartState.User),
        new("NMI in the kernel", "asm_exc_nmi", StartState.Kernel),
        new("NMI, CR3 and GS the user's", "asm_exc_nmi", _userCr3AndGs),
        new("NMI, CR3 the user's", "asm_exc_nmi", _userCr3),
        new("NMI, and three more", "asm_exc_nmi", StartState.Kernel) { Events = InjectedEvents.Nmi, MostEvents = 3 },
    ];
}
