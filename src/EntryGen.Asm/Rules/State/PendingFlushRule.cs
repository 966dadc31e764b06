using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>Translations of the user half that the kernel could not flush are flushed when that half is loaded again: the mask, its bit and bit 63 of CR3 go together.</summary>
internal sealed class PendingFlushRule : StateRule
{
    private const int NoFlush = 63;

    // PCIDs of the kernel half, which index the mask: bit 11 is the user half's.
    private const ulong KernelPcids = 0x7FF;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } =
        [StateDiagnostics.PendingFlush, StateDiagnostics.NoFlushWithoutPcid, StateDiagnostics.NeedlessFlush];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op is Op.Bt or Op.Btr && instruction.Operands is [RegisterOperand index, MemoryOperand mask] && report.Kernel.IsPendingFlush(mask))
        {
            CheckIndex(node, instruction, cpu[index.Register.Number], cpu, report);
        }

        if (instruction.Info.Op == Op.MovToControl && instruction.Operands is [RegisterOperand source, RegisterOperand { Register.Number: 3 }]
            && cpu[source.Register.Number].Bit(NoFlush) is { } isKept)
        {
            CheckWrite(node, instruction, cpu[source.Register.Number].Bit(Cr3Bits.UserHalf), isKept, cpu.Flush, report);
        }
    }

    private static void CheckIndex(StateNode node, Instruction instruction, AbstractValue index, AbstractCpu cpu, StateReport report)
    {
        if (index.Origin != cpu.Cr3.Origin || (index.KnownMask | KernelPcids) != ulong.MaxValue || (index.KnownBits & ~KernelPcids) != 0)
        {
            report.Add(
                StateDiagnostics.PendingFlush,
                node,
                instruction,
                "The mask of pending flushes is indexed by something else than the kernel's PCID; take bits 0 to 10 of CR3.",
                report.PageTableIsolation.And(report.Pcid));
        }
    }

    private static void CheckWrite(StateNode node, Instruction instruction, bool? isUserHalf, bool isKept, FlushTest flush, StateReport report)
    {
        var withPcid = report.PageTableIsolation.And(report.Pcid);
        if (isKept)
        {
            report.Add(
                StateDiagnostics.NoFlushWithoutPcid, node, instruction, "Bit 63 of CR3 is reserved without PCID: this faults; set it only where X86_FEATURE_PCID is on.", report.Pcid.Not());
        }

        switch (isUserHalf, isKept, flush)
        {
            case (true, true, FlushTest.NotPending):
                break;
            case (true, true, FlushTest.Pending or FlushTest.Taken):
                Report("The user half is loaded with bit 63 set though a flush of it is pending: stale translations stay; leave the bit clear then.");
                break;
            case (true, true, _):
                Report("The user half is loaded with bit 63 set, and nobody asked whether a flush of it is pending; test its bit in user_pcid_flush_mask before.");
                break;
            case (true, false, FlushTest.Pending):
                Report("The pending flush is done, and its bit stays set; clear it (BTR), or every return to user mode flushes.");
                break;
            case (false, _, FlushTest.Taken):
                Report("A pending flush of the user half is taken out of the mask (BTR), and it is the kernel half that is loaded: stale translations stay; leave the mask alone then.");
                break;
            case (true, false, FlushTest.NotPending):
                report.Add(StateDiagnostics.NeedlessFlush, node, instruction, "The user half is flushed though nothing is pending; set bit 63.", withPcid);
                break;
            case (false, false, _):
                // Code that does not ask for PCIDs knows of none.
                report.Add(
                    StateDiagnostics.NeedlessFlush,
                    node,
                    instruction,
                    "The kernel half is flushed whenever this is run; set bit 63 where there are PCIDs.",
                    withPcid.And(report.Space.Of("PCID")));
                break;
        }

        void Report(string message) => report.Add(StateDiagnostics.PendingFlush, node, instruction, message, withPcid);
    }
}
