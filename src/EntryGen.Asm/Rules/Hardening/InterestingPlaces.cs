using EntryGen.Asm.Flow;
using EntryGen.Asm.Flow.Facts;
using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>The instructions that rules about facts look at. Few nodes have one; the others need not be run again.</summary>
internal sealed class InterestingPlaces(FlowGraph graph)
{
    private readonly bool?[] _isInBlock = new bool?[graph.Program.Items.Count];

    /// <summary>Whether an instruction leaves the entry code, goes where a predictor says, writes an MSR, or clears buffers.</summary>
    public static bool IsInteresting(Instruction instruction) =>
        instruction.Info.Op is Op.Wrmsr or Op.Wrmsrns or Op.Iret or Op.Sysret or Op.Sysexit or Op.Eretu or Op.Verw
        || instruction.Info.ControlFlow == ControlFlow.Return
        || (instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump && (instruction.Target?.Item is not { } target || target.Section != instruction.Section));

    /// <summary>Whether a node has one.</summary>
    public bool IsIn(StateNode node)
    {
        if (_isInBlock[node.Item.Index] is { } known)
        {
            return known;
        }

        var found = false;
        for (var instruction = node.Item as Instruction; instruction is not null && !found;)
        {
            found = IsInteresting(instruction);
            instruction = instruction.Info.ControlFlow == ControlFlow.Sequential && instruction.Next is Instruction next && !graph.IsLeader(next) ? next : null;
        }

        _isInBlock[node.Item.Index] = found;
        return found;
    }
}
