using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>RDMSR and WRMSR find in ECX the number that somebody put there for them.</summary>
internal sealed class MsrNumberRule : StateRule
{
    private const int Rcx = 1;

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.MsrNumber];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        var what = instruction.Info.Op is not (Op.Rdmsr or Op.Wrmsr or Op.Wrmsrns) ? null : cpu[Rcx].ZeroExtend(4).IsConstant ? Cleared(cpu[Rcx]) : cpu[Rcx].Origin.Kind switch
        {
            OriginKind.EntryRegister => "what was interrupted left there",
            OriginKind.Clobbered or OriginKind.ReturnValue => "a function left there",
            OriginKind.EntryCr3 or OriginKind.EntrySpecCtrl or OriginKind.EntryFrame or OriginKind.EntryFlags or OriginKind.StackTop or OriginKind.PerCpuBase or OriginKind.UserGsBase => "was put there for something else",
            _ => null,
        };
        if (what is not null)
        {
            report.Add(StateDiagnostics.MsrNumber, node, instruction, $"{instruction.Info.Op.ToString().ToUpperInvariant()} takes for the number of the MSR what {what}; load %ecx before.");
        }
    }

    // MSR 0 is a machine-check register of the Pentium: what is meant is a register that was cleared.
    private static string? Cleared(AbstractValue number) => number.ZeroExtend(4).KnownBits == 0 ? "is left of clearing the register" : null;
}
