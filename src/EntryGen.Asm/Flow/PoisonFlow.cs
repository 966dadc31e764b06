using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow;

/// <summary>Where a register may still hold what a C function without a model left in it: a value that nobody may use.</summary>
/// <remarks>
/// The result says "may": generated code compares the value before a use and only there. Registers are bit sets by encoding number. At an address that was
/// taken, where control can come from anywhere, every caller-saved register may be poisoned, if the unit calls C functions at all.
/// </remarks>
public sealed class PoisonFlow
{
    /// <summary>Registers that a C function may leave undefined (System V ABI, caller-saved): RAX RCX RDX RSI RDI R8 to R11.</summary>
    public const int CallerSaved = 0b1111_1100_0111;

    private readonly int[] _before;

    private PoisonFlow(FlowGraph graph)
    {
        var items = graph.Program.Items;
        _before = new int[items.Count];
        if (!items.OfType<Instruction>().Any(CallsExternal))
        {
            // Nothing here leaves a register undefined.
            return;
        }

        var pending = new Stack<CodeItem>();
        foreach (var item in items)
        {
            if (graph.IsAddressTaken(item))
            {
                _before[item.Index] = CallerSaved;
            }
        }

        for (var i = items.Count - 1; i >= 0; i--)
        {
            pending.Push(items[i]);
        }

        while (pending.Count > 0)
        {
            var item = pending.Pop();
            var after = _before[item.Index];
            if (item is Instruction instruction)
            {
                after = After(instruction, after);
            }

            foreach (var successor in graph.Successors(item))
            {
                // An exception leaves the registers as they were before the instruction.
                var joined = _before[successor.Index] | after
                    | (item is Instruction { ExceptionHandler: { } edge } && ReferenceEquals(edge.Handler, successor) ? _before[item.Index] : 0);
                if (joined != _before[successor.Index])
                {
                    _before[successor.Index] = joined;
                    pending.Push(successor);
                }
            }
        }
    }

    /// <summary>Analyzes a Program.</summary>
    public static PoisonFlow Create(FlowGraph graph) => new(graph);

    /// <summary>Registers that may hold an undefined value before an item.</summary>
    public int MayBePoisoned(CodeItem item) => _before[item.Index];

    /// <summary>Registers that an instruction uses although they may hold an undefined value: those to compare before it runs.</summary>
    public int SuspectUses(Instruction instruction) => RegisterEffects.Of(instruction).Read & _before[instruction.Index];

    private static int After(Instruction instruction, int before)
    {
        // What was compared and found good is known to be good; what was overwritten is new.
        var effects = RegisterEffects.Of(instruction);
        var after = before & ~effects.Overwritten & ~effects.Read;
        return CallsExternal(instruction) ? after | CallerSaved : after;
    }

    // An indirect call or jump may reach a C function as well; the edges of a jump to one are where that function returns to.
    private static bool CallsExternal(Instruction instruction) =>
        instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump && instruction.Target?.Item is null;
}
