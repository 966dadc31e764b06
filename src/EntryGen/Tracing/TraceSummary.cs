namespace EntryGen.Tracing;

/// <summary>The counts of a run.</summary>
/// <param name="Instructions">Instructions of the unit that retired. Deliveries and C functions are not instructions.</param>
/// <param name="Cr3Writes">Writes to CR3, whatever the value.</param>
/// <param name="TlbFlushes">
/// Operations that made the processor invalidate translations: CR3 writes without the no-flush bit, INVPCID, INVLPG, and CR4 writes that flush.
/// </param>
/// <param name="MemoryAccesses">
/// Reads and writes of memory by those instructions, each of one operand or one stack slot: a push of a register is one, a push of memory two, a
/// read-modify-write two, IRETQ five. Page walks, descriptor tables, event delivery and C functions are not counted.
/// </param>
/// <param name="CopiedWords">
/// 8-byte values loaded from one stack and stored unchanged to another, by a push or pop of memory, through a register or by a C function, each store counted.
/// A register that was popped from one stack and then pushed on another counts.
/// </param>
/// <param name="Stop">Why the run ended, in words.</param>
public sealed record TraceSummary(long Instructions, int Cr3Writes, int TlbFlushes, long MemoryAccesses, int CopiedWords, string Stop);
