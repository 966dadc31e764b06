namespace EntryGen.Emulation;

/// <summary>An instruction has retired.</summary>
/// <param name="Machine">The machine, after it: RIP is where control went.</param>
/// <param name="Address">Where the instruction is.</param>
public readonly record struct RetiredInstruction(Machine Machine, VirtualAddress Address);

/// <summary>Data was read or written: an operand, a descriptor that an instruction asked for, or the frame of an event.</summary>
/// <param name="Machine">The machine; RIP is at the instruction.</param>
/// <param name="Address">Linear address.</param>
/// <param name="Size">Bytes: 1 to 8.</param>
/// <param name="Value">The bytes, zero-extended.</param>
/// <param name="IsWrite">Written, not read.</param>
public readonly record struct MemoryAccess(Machine Machine, VirtualAddress Address, int Size, ulong Value, bool IsWrite);

/// <summary>MOV to a control register (SDM vol. 2, MOV - Move to/from Control Registers).</summary>
/// <param name="Machine">The machine, after the write; RIP is at the instruction.</param>
/// <param name="Register">Its number: 0, 2, 3, 4 or 8.</param>
/// <param name="Old">The register before.</param>
/// <param name="Operand">The source operand.</param>
public readonly record struct ControlRegisterWrite(Machine Machine, int Register, ulong Old, ulong Operand)
{
    /// <summary>Whether it is a MOV to CR3 with bit 63 set, which invalidates nothing (SDM vol. 3A, 4.10.4.1).</summary>
    public bool IsNoFlush => Register == 3 && (Operand & Cr3Bits.NoFlush) != 0;
}

/// <summary>WRMSR or WRMSRNS. SWAPGS and the FSGSBASE instructions change bases without it.</summary>
/// <param name="Machine">The machine, after the write; RIP is at the instruction.</param>
/// <param name="Index">The MSR's number (SDM vol. 4).</param>
/// <param name="Old">What RDMSR gave before; 0 for a command register, which has no contents.</param>
/// <param name="Value">EDX:EAX.</param>
public readonly record struct MsrWrite(Machine Machine, uint Index, ulong Old, ulong Value);

/// <summary>An instruction invalidated translations (SDM vol. 3A, 4.10.4.1).</summary>
/// <param name="Machine">The machine, after the invalidation; RIP is at the instruction.</param>
/// <param name="Kind">What was covered.</param>
/// <param name="Pcid">The PCID; null for all.</param>
/// <param name="Page">For <see cref="TlbFlushKind.Page"/>: the linear address; else null.</param>
public readonly record struct TlbInvalidation(Machine Machine, TlbFlushKind Kind, int? Pcid, VirtualAddress? Page);

/// <summary>An exception, interrupt or NMI was delivered (SDM vol. 3A, 6.12 and 6.14).</summary>
/// <param name="Machine">The machine, after delivery: RIP is at the handler, RSP at the frame.</param>
/// <param name="Vector">Its vector.</param>
/// <param name="ErrorCode">The error code that was pushed, if any.</param>
/// <param name="ReturnAddress">The RIP in its frame.</param>
public readonly record struct DeliveredException(Machine Machine, byte Vector, uint? ErrorCode, VirtualAddress ReturnAddress);

/// <summary>A C function was called and has returned.</summary>
/// <param name="Machine">The machine, after the return.</param>
/// <param name="Name">The function.</param>
/// <param name="HasModel">False when there was no model and the registers that it may change were poisoned.</param>
public readonly record struct CalledFunction(Machine Machine, string Name, bool HasModel);
