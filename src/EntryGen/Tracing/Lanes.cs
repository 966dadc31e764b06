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
/// <param name="Cpl">The current privilege level.</param>
public readonly record struct Lanes(bool UserHalf, int? Pcid, GsOwner Gs, StackObject? Stack, int Depth, bool InterruptsEnabled, int Cpl);

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
