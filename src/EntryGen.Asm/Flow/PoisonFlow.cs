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

        foreach (var item in items.Where(graph.IsAddressTaken))
        {
            _before[item.Index] = CallerSaved;
        }

        DataFlow.Forward(graph, _before, After, (left, right) => left | right);
    }

    /// <summary>Analyzes a Program.</summary>
    public static PoisonFlow Create(FlowGraph graph) => new(graph);

    /// <summary>Registers that may hold an undefined value before an item.</summary>
    public int MayBePoisoned(CodeItem item) => _before[item.Index];

    /// <summary>Registers that an instruction uses although they may hold an undefined value: those to compare before it runs.</summary>
    public int SuspectUses(Instruction instruction) => RegisterEffects.Of(instruction).Read & _before[instruction.Index];

    private static int After(CodeItem item, CodeItem successor, int before)
    {
        if (item is not Instruction instruction)
        {
            return before;
        }

        // What was compared and found good is known to be good; what was overwritten is new.
        var effects = RegisterEffects.Of(instruction);
        var after = (before & ~effects.Overwritten & ~effects.Read) | (CallsExternal(instruction) ? CallerSaved : 0);

        // An exception leaves the registers as they were before the instruction.
        return instruction.ExceptionHandler is { } edge && ReferenceEquals(edge.Handler, successor) ? after | before : after;
    }

    // An indirect call or jump may reach a C function as well; the edges of a jump to one are where that function returns to.
    private static bool CallsExternal(Instruction instruction) =>
        instruction.Info.ControlFlow is ControlFlow.Call or ControlFlow.Jump && instruction.Target?.Item is null;
}
