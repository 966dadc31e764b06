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

    /// <summary>Writes of CR3, TLB flushes, deliveries and calls of C functions.</summary>
    System = 4,

    /// <summary>Everything.</summary>
    All = Instructions | Memory | System,
}
