namespace EntryGen.Emulation;

/// <summary>What a linear address is used for (SDM vol. 3A, 4.6.1).</summary>
[Flags]
public enum AccessKind
{
    /// <summary>A data read.</summary>
    Read = 0,

    /// <summary>A data write, or a read whose place will be written.</summary>
    Write = 1,

    /// <summary>An instruction fetch.</summary>
    Fetch = 2,

    /// <summary>The processor's own access to the IDT, GDT, LDT or TSS: supervisor mode at any CPL, and AC does not lift SMAP.</summary>
    Implicit = 4,

    /// <summary>A push on the stack of a more privileged level during delivery: supervisor mode whatever CS says.</summary>
    Supervisor = 8,
}
