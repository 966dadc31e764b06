using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tracing;

/// <summary>Whose value is in the GS base.</summary>
public enum GsOwner
{
    /// <summary>The per-CPU base of the kernel.</summary>
    Kernel,

    /// <summary>The user program's.</summary>
    User,

    /// <summary>Neither of the two.</summary>
    Other,
}

/// <summary>The state that entry code is about, at one moment.</summary>
/// <param name="UserHalf">CR3 points at the user half of the page tables.</param>
/// <param name="Pcid">CR3 bits 11:0 when CR4.PCIDE is set, else null.</param>
/// <param name="Gs">Whose GS base is live.</param>
/// <param name="Stack">The stack RSP is on; null when it is on none.</param>
/// <param name="Depth">Bytes in use on that stack.</param>
/// <param name="InterruptsEnabled">RFLAGS.IF.</param>
/// <param name="NmiBlocked">NMIs wait until IRET.</param>
/// <param name="Cpl">The current privilege level.</param>
public readonly record struct Lanes(bool UserHalf, int? Pcid, GsOwner Gs, StackObject? Stack, int Depth, bool InterruptsEnabled, bool NmiBlocked, int Cpl)
{
    /// <summary>The lanes of a state of the machine.</summary>
    /// <param name="environment">The environment the registers belong to.</param>
    /// <param name="register">Gives the value of a register.</param>
    public static Lanes Of(KernelEnvironment environment, Func<Reg, ulong> register)
    {
        var cr3 = register(Reg.Cr3);
        var rsp = register(Reg.Rsp);
        var gs = register(Reg.GsBase);
        var stack = environment.Stacks.OfPointer(rsp);
        return new Lanes(
            environment.Options.Pti && (cr3 & Cr3Bits.UserPageTable) != 0,
            (register(Reg.Cr4) & Cr4Bits.PCIDE) != 0 ? (int)(cr3 & Cr3Bits.PcidMask) : null,
            environment.IsPerCpuBase(gs) ? GsOwner.Kernel : InterruptedContext.IsUserGsBase(gs) ? GsOwner.User : GsOwner.Other,
            stack,
            environment.Stacks.Depth(rsp),
            (register(Reg.Rflags) & Flags.IF) != 0,
            (register(Reg.EventState) & EventBits.NmiBlocked) != 0,
            (int)(register(Reg.Cs) & 3));
    }

    /// <summary>What differs from an earlier state.</summary>
    public LaneChanges ChangesSince(Lanes before) =>
        (UserHalf != before.UserHalf || Pcid != before.Pcid ? LaneChanges.Cr3 : 0)
        | (Gs != before.Gs ? LaneChanges.Gs : 0)
        | (Stack != before.Stack ? LaneChanges.Stack : 0)
        | (InterruptsEnabled != before.InterruptsEnabled ? LaneChanges.Interrupts : 0)
        | (Cpl != before.Cpl ? LaneChanges.Cpl : 0);
}

/// <summary>Which lanes a step changed.</summary>
[Flags]
public enum LaneChanges
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The half of the page tables or the PCID.</summary>
    Cr3 = 1,

    /// <summary>The owner of the GS base.</summary>
    Gs = 2,

    /// <summary>The stack; a push on the same stack is no change.</summary>
    Stack = 4,

    /// <summary>RFLAGS.IF.</summary>
    Interrupts = 8,

    /// <summary>The privilege level.</summary>
    Cpl = 16,
}
