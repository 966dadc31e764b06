using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.State;

/// <summary>IRET goes back to what was interrupted: the frame it takes is the one the hardware pushed, or a true copy.</summary>
internal sealed class InterruptFrameRule : StateRule
{
    /// <inheritdoc/>
    public override IReadOnlyList<AsmDiagnosticDescriptor> Descriptors { get; } = [StateDiagnostics.FrameNotRestored];

    /// <inheritdoc/>
    public override void Before(StateNode node, Instruction instruction, AbstractCpu cpu, StateReport report)
    {
        // What C code makes of a fault on IRET is its own business. On the espfix stack the address is made of bits of the user's RSP.
        var frame = node.Scenario.Frame;
        if (instruction.Info.Op is not (Op.Iret or Op.Eretu or Op.Erets) || frame.Count == 0 || node.Scenario.IsAtSpecialPlace || IsFastCompatibleCall(node.Scenario) || cpu[AbstractState.Rsp].Stack is null)
        {
            return;
        }

        // Below a FRED frame lies an error code.
        var start = instruction.Info.Op == Op.Iret ? 0 : 1;
        if (Calls.IsOwnFrame(instruction, cpu, node.Scenario, report))
        {
            return;
        }

        for (var i = 0; i < frame.Count; i++)
        {
            var word = PtRegs.Word(cpu, cpu[AbstractState.Rsp], start + i) ?? AbstractValue.Unknown;
            if (word.Origin != frame[i].Origin || word.Offset != frame[i].Offset || (frame[i].IsConstant && word != frame[i]))
            {
                report.Add(
                    StateDiagnostics.FrameNotRestored,
                    node,
                    instruction,
                    $"{instruction.Info.Op.ToString().ToUpperInvariant()} takes its {PtRegs.Hardware[i]} from a word that holds something else; the frame must be that of what was interrupted, with RSP at its start.");
                return;
            }
        }
    }

    // Their C code chooses where user mode goes on.
    private static bool IsFastCompatibleCall(Scenario scenario) => scenario is { IsCompatible: true, Shape: EntryShape.Syscall or EntryShape.Sysenter };
}
