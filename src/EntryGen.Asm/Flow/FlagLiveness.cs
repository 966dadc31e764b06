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

    private FlagLiveness(FlowGraph graph)
    {
        var items = graph.Program.Items;
        _before = new StatusFlags[items.Count];
        _after = new StatusFlags[items.Count];
        var pending = new Stack<CodeItem>(items);
        var queued = new bool[items.Count];
        foreach (var item in items)
        {
            queued[item.Index] = true;
            _after[item.Index] = Leaves(graph, item) ? All : StatusFlags.None;
        }

        while (pending.Count > 0)
        {
            var item = pending.Pop();
            queued[item.Index] = false;
            var before = _after[item.Index];
            if (item is Instruction instruction)
            {
                var effects = FlagEffects.Of(instruction);
                before = (before & ~effects.Killed) | effects.Read;
            }

            if (before == _before[item.Index])
            {
                continue;
            }

            _before[item.Index] = before;
            foreach (var predecessor in graph.Predecessors(item))
            {
                // What is live is only ever added to: a predecessor learns what is new here, and need not ask all its successors again.
                var after = _after[predecessor.Index] | before;
                if (after == _after[predecessor.Index])
                {
                    continue;
                }

                _after[predecessor.Index] = after;
                if (!queued[predecessor.Index])
                {
                    queued[predecessor.Index] = true;
                    pending.Push(predecessor);
                }
            }
        }
    }

    /// <summary>Analyzes a Program.</summary>
    public static FlagLiveness Create(FlowGraph graph) => new(graph);

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
