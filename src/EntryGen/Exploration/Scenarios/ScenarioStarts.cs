using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios;

/// <summary>States from which an entry may be reached that differ for entry code.</summary>
[Flags]
public enum ScenarioStarts
{
    /// <summary>Every one of the others from which the entry can be reached at all.</summary>
    Everywhere = 0,

    /// <summary>User code.</summary>
    User = 1,

    /// <summary>Kernel code, with all that is the kernel's.</summary>
    Kernel = 2,

    /// <summary>Kernel code in the windows of entry and exit in which the user's page table is live.</summary>
    KernelOnUserCr3 = 4,

    /// <summary>Kernel code in those in which the user's GS base is.</summary>
    KernelWithUserGs = 8,

    /// <summary>Kernel code in those in which both are.</summary>
    KernelOnUserCr3WithUserGs = 16,

    /// <summary>User code on a 16-bit stack, to which IRET returns through the espfix stack. Everywhere has it where the unit has code for that.</summary>
    UserOn16BitStack = 32,
}

/// <summary>The states that the flags stand for.</summary>
internal static class StartStates
{
    private static readonly (ScenarioStarts Flag, StartState State)[] _all =
    [
        (ScenarioStarts.User, StartState.User),
        (ScenarioStarts.Kernel, StartState.Kernel),
        (ScenarioStarts.KernelOnUserCr3, StartState.Kernel with { Cr3 = Side.User }),
        (ScenarioStarts.KernelWithUserGs, StartState.Kernel with { Gs = Side.User }),
        (ScenarioStarts.KernelOnUserCr3WithUserGs, StartState.Kernel with { Cr3 = Side.User, Gs = Side.User }),
        (ScenarioStarts.UserOn16BitStack, StartState.UserOn16BitStack),
    ];

    /// <summary>The states, in the order of the flags.</summary>
    public static IEnumerable<StartState> Of(ScenarioStarts starts, EntryScenario scenario) =>
        starts == ScenarioStarts.Everywhere ? scenario.Starts : _all.Where(start => starts.HasFlag(start.Flag)).Select(start => start.State);
}
