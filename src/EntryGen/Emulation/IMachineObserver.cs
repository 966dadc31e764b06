namespace EntryGen.Emulation;

/// <summary>What a TLB flush covered.</summary>
public enum TlbFlushKind
{
    /// <summary>One page.</summary>
    Page,

    /// <summary>One PCID, but for global entries.</summary>
    Pcid,

    /// <summary>All PCIDs, but for global entries.</summary>
    AllButGlobal,

    /// <summary>Everything.</summary>
    All,
}

/// <summary>
/// Is told what the machine does. Attach it with <see cref="Machine.Observe"/>; while one wants to hear of instructions the machine runs one by one.
/// </summary>
/// <remarks>
/// Order for one instruction: its loads, stores and changes of system state, then <see cref="Retired"/>; an instruction that faults reports what it did
/// and does not
/// retire. A delivered event comes after the instruction it follows or interrupts, with the stores of its frame before <see cref="Delivered"/>.
/// An observer must not change the machine. All members do nothing unless implemented.
/// </remarks>
public interface IMachineObserver
{
    /// <summary>What it wants to hear of; what nobody wants to hear of costs nothing. Asked once, when it is attached.</summary>
    ObservedEvents Events => ObservedEvents.All;

    /// <summary>An instruction retired.</summary>
    /// <param name="machine">The machine, after it.</param>
    /// <param name="address">Where it is.</param>
    void Retired(Machine machine, ulong address)
    {
    }

    /// <summary>Data was read.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="address">Linear address.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="value">What was read, zero-extended.</param>
    void Load(Machine machine, ulong address, int size, ulong value)
    {
    }

    /// <summary>Data was written.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="address">Linear address.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="value">What was written.</param>
    void Store(Machine machine, ulong address, int size, ulong value)
    {
    }

    /// <summary>MOV to CR3.</summary>
    /// <param name="machine">The machine, after it.</param>
    /// <param name="old">CR3 before.</param>
    /// <param name="value">CR3 now.</param>
    /// <param name="flushed">Whether it invalidated: bit 63 of the source was clear.</param>
    void Cr3Write(Machine machine, ulong old, ulong value, bool flushed)
    {
    }

    /// <summary>Translations were invalidated by an instruction.</summary>
    /// <param name="machine">The machine, after it.</param>
    /// <param name="kind">What was covered.</param>
    /// <param name="pcid">The PCID, or -1 for all.</param>
    void TlbFlush(Machine machine, TlbFlushKind kind, int pcid)
    {
    }

    /// <summary>An exception or interrupt was delivered: RIP is at its handler.</summary>
    /// <param name="machine">The machine, after delivery.</param>
    /// <param name="vector">Its vector.</param>
    /// <param name="errorCode">The error code that was pushed, if any.</param>
    /// <param name="returnAddress">The RIP in its frame.</param>
    void Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress)
    {
    }

    /// <summary>A C function was called and its model ran.</summary>
    /// <param name="machine">The machine, after the return.</param>
    /// <param name="name">The function.</param>
    /// <param name="hasModel">False when there was none and registers were poisoned.</param>
    void ExternalCall(Machine machine, string name, bool hasModel)
    {
    }
}
