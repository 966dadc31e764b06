using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>Memory that is out of reach: per-CPU variables with the user's GS base, what the user's CR3 does not map, a stack that user mode chose.</summary>
internal sealed class AccessRule : StateRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } =
        [StateDiagnostics.PerCpuWithUserGs, StateDiagnostics.UnmappedAccess, StateDiagnostics.UnsafeStack];

    /// <inheritdoc/>
    public override void After(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        // Accesses are made before what the instruction changes in CR3 and GS, and none that changes these makes any.
        foreach (var access in cpu.Accesses)
        {
            if (access.IsThroughGs && cpu.GsBase.Origin.Kind == OriginKind.UserGsBase)
            {
                report.Add(
                    StateDiagnostics.PerCpuWithUserGs, node, instruction, $"{NameOf(access)} is accessed through the user's GS base; SWAPGS must come before.");
            }

            if (access.Operand is null && access.IsWrite && access.Address.Origin is { Kind: OriginKind.EntryRegister, Detail: AbstractState.Rsp })
            {
                report.Add(StateDiagnostics.UnsafeStack, node, instruction, "RSP is still what user mode left in it; load a kernel stack before anything is pushed.");
            }

            if (cpu.Cr3.Bit(Cr3Bits.UserHalf) == true && Unmapped(access, report) is { } what)
            {
                report.Add(StateDiagnostics.UnmappedAccess, node, instruction, $"{what} is not mapped while the user's CR3 is live; switch CR3 before, or later on the way out.");
            }
        }
    }

    private static string? Unmapped(MemoryAccess access, StateReport report) =>
        access.Address.Stack is { } stack ? stack is StackObject.Thread && !report.UserMapsThreadStack ? "The task's stack" : null
        : access is { IsThroughGs: true, Operand.Symbol.Name: var name } && !report.IsUserMapped(name) ? $"'{name}'"
        : null;

    private static string NameOf(MemoryAccess access) => access.Operand?.Symbol is { } symbol ? $"'{symbol.Name}'" : "A per-CPU variable";
}
