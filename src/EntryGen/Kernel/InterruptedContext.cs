using EntryGen.Emulation;

namespace EntryGen.Kernel;

/// <summary>The registers of the code that an event interrupts: each has a value of its own, so that a trace and a test can tell them apart.</summary>
internal static class InterruptedContext
{
    /// <summary>RSP of user code: in use 0x100 bytes below the top of the user stack.</summary>
    private const int UserStackDepth = 0x100;

    /// <summary>RSP of kernel code on its stack.</summary>
    private const int KernelStackDepth = 0x200;

    /// <summary>The offset of the interrupted instruction in its page.</summary>
    private const int CodeOffset = 0x120;

    /// <summary>
    /// Bytes of the instruction by which 32-bit code enters: it stands before the landing pad, where C code continues it whatever the instruction saved.
    /// </summary>
    private const int SystemCallLength = 2;

    /// <summary>The user's IA32_GS_BASE: in the lower half, as it must be on a processor without FSGSBASE.</summary>
    public const ulong UserGsBase = 0x0000_7e57_6500_0000;

    private const ulong UserFsBase = 0x0000_7e57_f500_0000;
    private const ulong UserCr2 = 0x0000_7e57_c200_0000;

    /// <summary>Recognisable and, for the user, usable as pointers to nothing: the register's number in every other digit.</summary>
    private static ulong Value(Reg register, Side side) =>
        (side == Side.User ? UserValues : 0xffff_ce50_0000_0000ul) + 0x0101_0101ul * ((ulong)register + 0x10);

    private const ulong UserValues = 0x0000_5e50_0000_0000ul;

    // Each task's values differ in these bits from those of the others.
    private const int TaskShift = 32;

    private const ulong GsBaseStep = 0x10_0000;

    /// <summary>What the GS base holds while user code of a task runs.</summary>
    public static ulong GsBaseOf(int task) => UserGsBase + ((ulong)task * GsBaseStep);

    /// <summary>The task in whose registers user code has a value; null: no task's.</summary>
    public static int? TaskOf(ulong value) => (value >> TaskShift) - (UserValues >> TaskShift) is < 16 and var task ? (int)task : null;

    /// <summary>RSP while user code of a task runs.</summary>
    public static ulong StackPointerOf(KernelLayout layout, int task) => (layout.Stack(StackKind.User).Top + -((task + 1) * UserStackDepth)).Value;

    /// <summary>Whether a value is the GS base of some task's user code.</summary>
    public static bool IsUserGsBase(ulong value) => value - UserGsBase < 16 * GsBaseStep;

    /// <summary>Puts the machine into the state in which user code of a task runs on a CPU.</summary>
    /// <param name="environment">The environment, whose machine holds the registers of the CPU.</param>
    /// <param name="cpu">The CPU, counted from 0.</param>
    /// <param name="task">The task, counted from 0.</param>
    public static void EnterUser(KernelEnvironment environment, int cpu, int task)
    {
        Enter(environment, StartState.User, compatibilityMode: false);
        var machine = environment.Machine;
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            if (register != Reg.Rsp)
            {
                machine[register] += (ulong)task << TaskShift;
            }
        }

        machine[Reg.Rsp] = StackPointerOf(environment.Layout, task);

        machine[Reg.GsBase] = GsBaseOf(task);
        machine[Reg.KernelGsBase] = environment.LayoutOf(cpu, task).PerCpuBase.Value;
        machine[Reg.Cr3] = environment.Cr3Of(cpu, task, Side.User);
    }

    /// <summary>Puts the machine into the state that the event finds.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="start">Who runs, and whose CR3 and GS are live.</param>
    /// <param name="compatibilityMode">User code is 32-bit.</param>
    public static void Enter(KernelEnvironment environment, StartState start, bool compatibilityMode)
    {
        var machine = environment.Machine;
        var layout = environment.Layout;
        var cr3 = start.Cr3 ?? start.From;
        var gs = start.Gs ?? start.From;
        var user = start.From == Side.User;

        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            machine[register] = !compatibilityMode ? Value(register, start.From) : register < Reg.R8 ? (uint)Value(register, start.From) : 0;
        }

        var inWindow = !user && (cr3 == Side.User || gs == Side.User);
        var enabled = user || (start.InterruptsEnabled ?? !inWindow);
        machine[Reg.Rip] = compatibilityMode ? layout.VdsoLandingPad.Value - SystemCallLength
            : user ? (layout.UserText + CodeOffset).Value
            : inWindow ? (layout.OtherEntryText + (KernelLayout.PageSize + CodeOffset)).Value
            : (layout.KernelText + CodeOffset).Value;
        machine[Reg.Rsp] = compatibilityMode ? layout.UserStack32.Value + (ulong)(layout.UserStackSize - UserStackDepth)
            : user ? (layout.Stack(StackKind.User).Top + -UserStackDepth).Value
            : inWindow ? (layout.Stack(StackKind.Entry).Top + -KernelStackDepth).Value
            : (layout.Stack(StackKind.Thread).Top + -KernelStackDepth).Value;
        machine[Reg.Rflags] = Flags.Reserved1 | Flags.PF | Flags.ZF | (enabled ? Flags.IF : 0) | start.Flags;

        if (compatibilityMode)
        {
            machine[Reg.Rbp] = machine[Reg.Rsp]; // where the vDSO leaves it for SYSENTER, which does not save RSP
        }

        machine[Reg.Cs] = compatibilityMode ? Selectors.UserCode32 : user ? Selectors.UserCode : Selectors.KernelCode;
        machine[Reg.Ss] = user && start.On16BitStack ? Selectors.UserStack16 : user ? Selectors.UserData : Selectors.KernelData;
        foreach (var segment in (ReadOnlySpan<Reg>)[Reg.Ds, Reg.Es, Reg.Fs, Reg.Gs])
        {
            machine[segment] = 0;
        }

        machine[Reg.Cr2] = UserCr2;
        machine[Reg.Cr3] = cr3 == Side.User ? environment.UserCr3 : environment.KernelCr3;
        machine[Reg.FsBase] = UserFsBase;
        machine[Reg.GsBase] = gs == Side.User ? UserGsBase : layout.PerCpuBase.Value;
        machine[Reg.KernelGsBase] = gs == Side.User ? layout.PerCpuBase.Value : UserGsBase;
        machine[Reg.EventState] = 0;
        // IBRS is turned on after and off before the two others are exchanged.
        machine[Reg.SpecCtrl] = user || inWindow ? 0 : environment.KernelSpecCtrl;
    }
}
