using EntryGen;
using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios;

namespace Kaiser;

/// <summary>What the macros are asked, each question as the properties that together are its answer.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Words">The question.</param>
/// <param name="Parts">Its properties.</param>
public sealed record Question(string Id, string Words, params EntryProperty[] Parts)
{
    /// <summary>Whether it asks how the code is written, not what happens: it is asked of the way in itself, without the events that run other code.</summary>
    public bool IsConvention { get; init; }

    /// <summary>SWAPGS comes before CR3 on the way in and behind it on the way out: whenever CR3 is written, GS is the kernel's.</summary>
    private static readonly EntryProperty _gsAtCr3Write = new(
        "P2.5",
        "when CR3 is written, the GS base is the kernel's",
        Moments.Step,
        state => !WritesCr3(state) || state[Reg.GsBase] == state.Environment.Layout.PerCpuBase.Value);

    /// <summary>All questions.</summary>
    public static IReadOnlyList<Question> All { get; } =
    [
        new("P2.1", "user registers come back", EntryProperties.RegistersPreserved, EntryProperties.PtRegsTrue),
        new("P2.2", "stacks can be used where they are", EntryProperties.CallsOnItsStack, EntryProperties.NoShutdown),
        new("P2.3", "memory is mapped where it is used", EntryProperties.NoFault),
        new("P2.4", "per-CPU accesses go through the kernel's GS", EntryProperties.CallsWithKernelGs, EntryProperties.GsRestored),
        new("P2.5", "SWAPGS comes before CR3 on the way in, and behind it on the way out", _gsAtCr3Write) { IsConvention = true },
        new("P2.6", "what is saved is put back", EntryProperties.Cr3Restored, EntryProperties.UserHalfRestored),
        new("P2.7", "user code on U, C code on K", EntryProperties.UserRunsOnUserHalf, EntryProperties.CallsOnKernelHalf),
        new("P2.8", "no NMI is lost", EntryProperties.NoLostNmi, EntryProperties.Returns),
    ];

    /// <summary>The instruction about to run writes CR3.</summary>
    private static bool WritesCr3(EntryState state) =>
        state.Environment.Unit.Instructions.TryGetValue(state[Reg.Rip], out var next) && next.Text.EndsWith("%cr3", StringComparison.Ordinal);
}
