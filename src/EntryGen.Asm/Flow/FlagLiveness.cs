using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Which flags are read before they are overwritten, at each place: what an instruction must really compute.</summary>
/// <remarks>
/// Where control leaves the Program all flags are live, since they are part of the state that is left behind. Leaving by a fault or when the budget
/// ends is not such a place: there the flags are computed for the exit alone.
/// </remarks>
public sealed class FlagLiveness
{
    private const StatusFlags All = StatusFlags.Arithmetic | StatusFlags.IF | StatusFlags.DF | StatusFlags.AC;
    private readonly StatusFlags[] _before;
    private readonly StatusFlags[] _after;

    private FlagLiveness(FlowGraph graph, StatusFlags seenOutside, CancellationToken cancellation)
    {
        _after = [.. graph.Program.Items.Select(item => Leaves(graph, item) ? seenOutside : StatusFlags.None)];
        DataFlow.Backward(graph, _after, (item, _, after) => Before(item, after, seenOutside), (left, right) => left | right, cancellation);
        _before = [.. graph.Program.Items.Select(item => Before(item, _after[item.Index], seenOutside))];
    }

    /// <summary>Analyzes a Program.</summary>
    public static FlagLiveness Create(FlowGraph graph, CancellationToken cancellation = default) => new(graph, All, cancellation);

    /// <summary>Analyzes a Program for what its own instructions read: nobody outside looks at the flags.</summary>
    public static FlagLiveness Inside(FlowGraph graph, CancellationToken cancellation = default) => new(graph, StatusFlags.None, cancellation);

    /// <summary>Flags whose value before an item matters.</summary>
    public StatusFlags LiveBefore(CodeItem item) => _before[item.Index];

    /// <summary>Flags whose value after an item matters.</summary>
    public StatusFlags LiveAfter(CodeItem item) => _after[item.Index];

    /// <summary>Flags that an instruction defines and somebody reads.</summary>
    public StatusFlags Needed(Instruction instruction)
    {
        var effects = FlagEffects.Of(instruction);
        return (effects.Written | effects.Undefined) & LiveAfter(instruction);
    }

    // A trap reads the flags for its handler, which is outside.
    private static StatusFlags Before(CodeItem item, StatusFlags after, StatusFlags seenOutside)
    {
        if (item is not Instruction instruction)
        {
            return after;
        }

        var effects = FlagEffects.Of(instruction);
        return (after & ~effects.Killed) | (instruction.Info.ControlFlow == ControlFlow.Trap ? effects.Read & seenOutside : effects.Read);
    }

    // Returns, indirect jumps and what an external function sees: the whole register is visible.
    private static bool Leaves(FlowGraph graph, CodeItem item) =>
        item is Instruction instruction
        && (instruction.Info.ControlFlow switch
        {
            ControlFlow.Sequential => instruction.Next is null,
            ControlFlow.ConditionalJump => instruction.Target?.Item is null || instruction.Next is null,
            ControlFlow.Jump => instruction.Target?.Item is null,
            ControlFlow.Call => !graph.Calls.IsInternalCall(instruction),
            _ => true,
        } || instruction.Info.Op == Op.Unmodelled);
}
