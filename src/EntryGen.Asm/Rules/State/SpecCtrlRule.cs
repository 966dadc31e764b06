using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>IA32_SPEC_CTRL gets the value that was saved, or one that the kernel keeps for it.</summary>
internal sealed class SpecCtrlRule : StateRule
{
    private const ulong SpecCtrl = 0x48;
    private const int Rax = 0, Rcx = 1, Rdx = 2;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.SpecCtrlValue];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns && cpu[Rcx] is { IsConstant: true, KnownBits: SpecCtrl }
            && !cpu[Rax].ZeroExtend(4).IsConstant && cpu[Rax].ZeroExtend(4).IsSameAs(cpu[Rdx].ZeroExtend(4)))
        {
            report.Add(StateDiagnostics.SpecCtrlValue, node, instruction, "Both halves of SPEC_CTRL are written with the lower one; shift the upper one down to %edx (shr $32, %rdx).");
        }

        if (instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns && cpu[Rcx] is { IsConstant: true, KnownBits: SpecCtrl } && Describe(cpu[Rax].Origin.Kind) is { } what)
        {
            report.Add(StateDiagnostics.SpecCtrlValue, node, instruction, $"SPEC_CTRL is written with {what}; the register it was saved in was used for something else.");
        }
    }

    private static string? Describe(OriginKind kind) => kind switch
    {
        OriginKind.EntryRegister => "a register of what was interrupted",
        OriginKind.EntryCr3 => "bits of CR3",
        OriginKind.EntryFlags or OriginKind.EntryFrame => "a word of the interrupt's frame",
        OriginKind.UserGsBase or OriginKind.PerCpuBase => "a GS base",
        OriginKind.StackTop => "a stack pointer",
        OriginKind.Clobbered or OriginKind.ReturnValue => "what a C function left in a register",
        _ => null,
    };
}
