using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>A RET finds its return address, and the C code that called gets back what a function must preserve (System V ABI), CR3 and the GS base.</summary>
internal sealed class FunctionReturnRule : StateRule
{
    private static readonly (string Name, int Register)[] _preserved = [("rbx", 3), ("rbp", 5), ("r12", 12), ("r13", 13), ("r14", 14), ("r15", 15)];

    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.NoReturnAddress];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        if (instruction.Info.Op != Op.Ret || cpu[AbstractState.Rsp].Stack is null || node.Scenario is { Shape: EntryShape.Call, IsCalledFromC: false })
        {
            return;
        }

        var scenario = node.Scenario;
        if (scenario.IsCalledFromC && cpu[AbstractState.Rsp] == scenario.State.StackPointer)
        {
            CheckCaller(node, instruction, cpu, report);
            return;
        }

        // A word that nothing is known about may be an address; what is known to be something else is none.
        var address = PtRegs.Word(cpu, cpu[AbstractState.Rsp], 0);
        var isNone = address is { } word
            ? word.IsConstant ? !report.IsCode(word.KnownBits) : word.Origin.Kind is not (OriginKind.Unknown or OriginKind.Result or OriginKind.ReturnValue)
            : scenario.IsCalledFromC && cpu[AbstractState.Rsp].Origin == scenario.State.StackPointer.Origin;
        if (isNone)
        {
            report.Add(
                StateDiagnostics.NoReturnAddress, node, instruction, "RSP does not point to a return address here; what is pushed on the way must be popped again on every way.");
        }
    }

    private static void CheckCaller(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        var before = node.Scenario.State;
        if (cpu.GsBase != before.GsBase)
        {
            report.Add(StateDiagnostics.GsNotRestored, node, instruction, "The C code that called gets another GS base than it had; SWAPGS must be done twice or not at all.");
        }

        if (cpu.Cr3 != before.Cr3)
        {
            report.Add(StateDiagnostics.Cr3NotRestored, node, instruction, "The C code that called gets another CR3 than it had; put back the one that was saved.");
        }

        foreach (var (name, register) in _preserved)
        {
            if (cpu[register] != before.Registers[register])
            {
                report.Add(StateDiagnostics.RegisterNotRestored, node, instruction, $"%{name} belongs to the C code that called, and is lost; save it and put it back.");
            }
        }
    }
}
