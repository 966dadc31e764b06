using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>What entry code writes to CR3 is the CR3 it read, but for the bits that tell the halves and their PCIDs apart; and there are halves only with page-table isolation.</summary>
internal sealed class Cr3ValueRule : StateRule
{
    // Bits 13 to 51 are the address of the tables (SDM vol. 3A 4.5); bit 12 tells the halves apart.
    private const ulong Address = 0x000F_FFFF_FFFF_E000;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.NoPageTable];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op != Op.MovToControl || instruction.Operands is not [RegisterOperand source, RegisterOperand { Register.Number: 3 }])
        {
            return;
        }

        var value = cpu[source.Register.Number];
        if (Describe(value, report.Program) is { } what)
        {
            report.Add(
                StateDiagnostics.NoPageTable, node, instruction, $"CR3 is written with {what}: whatever runs next faults, and so does the handler; write the CR3 that was read or saved.");
        }
        else if (value.Bit(Cr3Bits.UserHalf) == true && !node.Scenario.IsFred)
        {
            report.Add(
                StateDiagnostics.NoPageTable, node, instruction,
                "The user half of the page tables is loaded where there is none: without page-table isolation CR3 must stay as it is; switch it only with X86_FEATURE_PTI.",
                report.PageTableIsolation.Not());
        }
    }

    private static string? Describe(AbstractValue value, Program program) => value.Origin.Kind switch
    {
        OriginKind.EntryCr3 => (value.KnownMask & Address) != 0 ? "a part of CR3, the address of the page tables masked away" : null,
        OriginKind.EntryRegister => "a register of what was interrupted",
        OriginKind.EntryFlags or OriginKind.EntryFrame => "a word of the interrupt's frame",
        OriginKind.UserGsBase or OriginKind.PerCpuBase => "a GS base",
        OriginKind.EntrySpecCtrl => "bits of SPEC_CTRL",
        OriginKind.StackTop => "a stack pointer",
        OriginKind.Clobbered or OriginKind.ReturnValue => "what a C function left in a register",

        // Tables are not saved among what is popped.
        OriginKind.Result => program.Items[value.Origin.Detail] is Instruction { Info.Op: Op.Pop } ? "a word that was popped for something else" : null,
        _ => null,
    };
}
