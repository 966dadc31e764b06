using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>Each half of the page tables has PCIDs of its own: translations of one must never be used with the other.</summary>
internal sealed class PcidRule : StateRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.PcidMismatch];

    /// <inheritdoc/>
    public override void After(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op == Op.MovToControl && instruction.Operands is [_, RegisterOperand { Register.Number: 3 }]
            && cpu.Cr3.Bit(Cr3Bits.UserHalf) is { } isUserHalf && cpu.Cr3.Bit(Cr3Bits.UserPcid) is { } isUserPcid && isUserHalf != isUserPcid)
        {
            var half = isUserHalf ? "user" : "kernel";
            report.Add(
                StateDiagnostics.PcidMismatch,
                node,
                instruction,
                $"The {half} half of the page tables is loaded under the {(isUserPcid ? "user" : "kernel")} PCID; bits 11 and 12 of CR3 go together.",
                report.PageTableIsolation.And(report.Pcid));
        }
    }
}
