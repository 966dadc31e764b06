namespace EntryGen.Emulation;

/// <summary>
/// Is told what the machine does. Attach it with <see cref="Machine.Observe"/>; to hear of one kind of event a delegate is enough
/// (<see cref="Machine.ObserveMsrs"/> and its siblings).
/// </summary>
/// <remarks>
/// While anybody observes, the machine runs one instruction at a time, so that its registers are exact whenever it tells something: RIP is at the instruction
/// until that has retired. Order for one instruction: its loads, stores and changes of system state, then <see cref="Retired"/>; an instruction that faults
/// reports what it did and does not retire. A delivered event comes after the instruction it follows or interrupts, with the stores of its frame before
/// <see cref="Delivered"/>. An observer reads the machine and does not change or run it. All members do nothing unless implemented.
/// </remarks>
public interface IMachineObserver
{
    /// <summary>What it wants to hear of; of other things it is not told. Asked once, when it is attached.</summary>
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

    /// <summary>MOV to a control register (SDM vol. 2, MOV - Move to/from Control Registers), after what it invalidated.</summary>
    /// <param name="machine">The machine, after the write.</param>
    /// <param name="register">Its number: 0, 2, 3, 4 or 8.</param>
    /// <param name="old">The register before.</param>
    /// <param name="operand">The source operand. For CR3 bit 63 says that nothing was invalidated; it is not stored.</param>
    void ControlWrite(Machine machine, int register, ulong old, ulong operand)
    {
    }

    /// <summary>WRMSR or WRMSRNS.</summary>
    /// <param name="machine">The machine, after it.</param>
    /// <param name="index">The MSR's number (SDM vol. 4).</param>
    /// <param name="old">What RDMSR gave before; 0 for a command register, which has no contents.</param>
    /// <param name="value">EDX:EAX.</param>
    void MsrWrite(Machine machine, uint index, ulong old, ulong value)
    {
    }

    /// <summary>Translations were invalidated by an instruction.</summary>
    /// <param name="machine">The machine, after it.</param>
    /// <param name="kind">What was covered.</param>
    /// <param name="pcid">The PCID, or -1 for all.</param>
    /// <param name="address">For <see cref="TlbFlushKind.Page"/>: the linear address; else 0.</param>
    void TlbFlush(Machine machine, TlbFlushKind kind, int pcid, ulong address)
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
