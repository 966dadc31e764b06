namespace EntryGen.Emulation;

/// <summary>What an observer wants to hear of.</summary>
[Flags]
public enum ObservedEvents
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Instructions that retire.</summary>
    Instructions = 1,

    /// <summary>Loads and stores. Each access then goes the long way.</summary>
    Memory = 2,

    /// <summary>MOV to control registers.</summary>
    ControlRegisters = 4,

    /// <summary>WRMSR and WRMSRNS.</summary>
    Msrs = 8,

    /// <summary>Invalidations of the TLB.</summary>
    Tlb = 16,

    /// <summary>Deliveries of exceptions, interrupts and NMIs.</summary>
    Exceptions = 32,

    /// <summary>Calls of C functions.</summary>
    Calls = 64,

    /// <summary>All but instructions, loads and stores.</summary>
    System = ControlRegisters | Msrs | Tlb | Exceptions | Calls,

    /// <summary>Everything.</summary>
    All = Instructions | Memory | System,
}
