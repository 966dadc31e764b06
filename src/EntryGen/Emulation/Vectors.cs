namespace EntryGen.Emulation;

/// <summary>Vectors of exceptions (SDM vol. 3A, table 6-1).</summary>
public static class Vectors
{
    /// <summary>#DE.</summary>
    public const byte DivideError = 0;

    /// <summary>#DB.</summary>
    public const byte Debug = 1;

    /// <summary>The NMI.</summary>
    public const byte Nmi = 2;

    /// <summary>#BP, by INT3.</summary>
    public const byte Breakpoint = 3;

    /// <summary>#UD.</summary>
    public const byte InvalidOpcode = 6;

    /// <summary>#DF.</summary>
    public const byte DoubleFault = 8;

    /// <summary>#TS.</summary>
    public const byte InvalidTss = 10;

    /// <summary>#NP.</summary>
    public const byte SegmentNotPresent = 11;

    /// <summary>#SS.</summary>
    public const byte StackFault = 12;

    /// <summary>#GP.</summary>
    public const byte GeneralProtection = 13;

    /// <summary>#PF.</summary>
    public const byte PageFault = 14;

    /// <summary>#AC.</summary>
    public const byte AlignmentCheck = 17;

    /// <summary>#MC.</summary>
    public const byte MachineCheck = 18;

    /// <summary>#VE.</summary>
    public const byte VirtualizationException = 20;

    /// <summary>#CP.</summary>
    public const byte ControlProtection = 21;

    /// <summary>#VC (AMD APM vol. 2, 8.2.23).</summary>
    public const byte VmmCommunication = 29;

    /// <summary>#SX (AMD APM vol. 2, 8.2.24).</summary>
    public const byte Security = 30;

    /// <summary>Whether the exception pushes an error code.</summary>
    /// <param name="vector">Its vector.</param>
    public static bool HasErrorCode(byte vector) =>
        vector is DoubleFault or >= InvalidTss and <= PageFault or AlignmentCheck or ControlProtection or VmmCommunication or Security;

    /// <summary>
    /// Whether it is a fault: the saved RIP names the instruction, which runs again, and RF is set in the saved flags (SDM vol. 3B, 17.3.1.1).
    /// </summary>
    /// <param name="vector">The exception's vector.</param>
    internal static bool IsFault(byte vector) => vector is DivideError or 5 or InvalidOpcode or 7 or >= InvalidTss and <= PageFault
        or 16 or AlignmentCheck or 19 or VirtualizationException or ControlProtection or VmmCommunication or Security;
}
