using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios;

/// <summary>The questions about the macros that switch page tables, P2.1 to P2.8: together they are what "is this macro right at this place" means.</summary>
public static class SwitchProperties
{
    /// <summary>User registers come back.</summary>
    public static EntryProperty UserRegisters { get; } = EntryProperty.AllOf(
        PropertyIds.UserRegisters, "every register comes back as it was, but for those that a system call may change, and pt_regs say what it was", EntryProperties.RegistersPreserved, EntryProperties.PtRegsTrue);

    /// <summary>Stacks can be used where they are.</summary>
    public static EntryProperty StacksUsable { get; } = EntryProperty.AllOf(
        PropertyIds.StacksUsable,
        "what is pushed and popped is mapped in the half that is live, and kernel code never pushes to a stack that user code chose",
        new EntryProperty("push", "kernel code pushes only to stacks of the kernel", Moments.Step, state => !Pushes(state) || IsKernelStack(state)),
        EntryProperties.CallsOnItsStack,
        EntryProperties.NoFault,
        EntryProperties.NoShutdown);

    /// <summary>Memory is mapped where it is used.</summary>
    public static EntryProperty MemoryMapped { get; } = EntryProperty.AllOf(
        PropertyIds.MemoryMapped, "every memory operand, those of per-CPU variables among them, is mapped in the half that is live", EntryProperties.NoFault);

    /// <summary>Per-CPU accesses use the kernel's GS base.</summary>
    public static EntryProperty PerCpuWithKernelGs { get; } = EntryProperty.AllOf(
        PropertyIds.PerCpuWithKernelGs,
        "every access of kernel code through GS uses the kernel's base",
        new EntryProperty("gs-access", "an instruction of kernel code that uses GS has the kernel's base", Moments.Step, state => !UsesGs(state) || HasKernelGs(state)),
        EntryProperties.CallsWithKernelGs,
        EntryProperties.GsRestored);

    /// <summary>The convention about the order of SWAPGS and CR3. Paranoid entries break it on purpose: they look at CR3 before they look at GS.</summary>
    public static EntryProperty GsAtCr3Write { get; } = new(
        PropertyIds.GsAtCr3Write,
        "when CR3 is written, the GS base is the kernel's: SWAPGS comes before on the way in, and behind it on the way out",
        Moments.Step,
        state => state.Executed?.Text.EndsWith("%cr3", StringComparison.Ordinal) != true || HasKernelGs(state));

    /// <summary>What is saved is put back.</summary>
    public static EntryProperty HalfRestored { get; } = EntryProperty.AllOf(
        PropertyIds.HalfRestored, "on every way from entry to return the half of the page tables at the end is that at the beginning", EntryProperties.Cr3Restored, EntryProperties.UserHalfRestored);

    /// <summary>User code on the user half, C code on the kernel's.</summary>
    public static EntryProperty EachOnItsHalf { get; } = EntryProperty.AllOf(
        PropertyIds.EachOnItsHalf, "user code never runs on the kernel page tables, and C code never on the user's", EntryProperties.UserRunsOnUserHalf, EntryProperties.CallsOnKernelHalf);

    /// <summary>NMIs do not destroy each other's frames.</summary>
    public static EntryProperty NmisSurvive { get; } = EntryProperty.AllOf(
        PropertyIds.NmisSurvive, "a nested NMI destroys no frame, and each NMI is handled, several perhaps at once", EntryProperties.NoLostNmi, EntryProperties.Returns);

    /// <summary>All of them, in the order of their numbers.</summary>
    public static IReadOnlyList<EntryProperty> All { get; } =
        [UserRegisters, StacksUsable, MemoryMapped, PerCpuWithKernelGs, GsAtCr3Write, HalfRestored, EachOnItsHalf, NmisSurvive];

    private static bool HasKernelGs(EntryState state) => state[Reg.GsBase] == state.Environment.Layout.PerCpuBase.Value;

    private static bool UsesGs(EntryState state) => state.Executed?.Text.Contains("%gs:", StringComparison.Ordinal) == true;

    private static bool Pushes(EntryState state) => state.Executed is { } ran && (state[Reg.Cs] & 3) == 0
        && ran.Text.AsSpan().TrimStart() is var text && (text.StartsWith("push", StringComparison.Ordinal) || text.StartsWith("call", StringComparison.Ordinal));

    private static bool IsKernelStack(EntryState state) => state.Environment.Stacks.OfPointer(state[Reg.Rsp]) is { Kind: not StackKind.User };
}
