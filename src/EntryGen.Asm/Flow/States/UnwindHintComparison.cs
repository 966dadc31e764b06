namespace EntryGen.Asm.Flow.States;

/// <summary>Compares what unwind hints say about the stack with what the analysis knows: two independent accounts of one thing.</summary>
public static class UnwindHintComparison
{
    // struct pt_regs has 16 words below the frame that the hardware pushes (arch/x86/include/asm/ptrace.h).
    private const int WordsBelowFrame = 16 * 8;

    /// <summary>Compares every hint of a Program in every state in which its place is reached.</summary>
    /// <param name="graph">The states.</param>
    /// <param name="flow">The Program's control flow.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>One result for each hint, in the order of the table.</returns>
    public static IReadOnlyList<UnwindHintResult> Compare(StateGraph graph, FlowGraph flow, CancellationToken cancellation = default)
    {
        var frames = new StackFrames(graph.Program);
        var hints = graph.Program.Tables.UnwindHints;
        var states = new List<UnwindHintState>[hints.Count];
        var byItem = new Dictionary<CodeItem, List<int>>();
        for (var i = 0; i < hints.Count; i++)
        {
            states[i] = [];
            if (hints[i].Place.Item is { } item)
            {
                if (!byItem.TryGetValue(item, out var list))
                {
                    byItem.Add(item, list = []);
                }

                list.Add(i);
            }
        }

        foreach (var node in graph.Nodes.Where(node => node.Item is AlternativeSite && !node.Condition.IsNever))
        {
            Look(node, node.Item, node.State);
        }

        new StateReplay(graph, flow).Run(
            (node, instruction, cpu) =>
            {
                if (byItem.ContainsKey(instruction))
                {
                    Look(node, instruction, cpu.Save());
                }
            },
            (_, _, _) => { },
            cancellation);
        return [.. hints.Select((hint, i) => new UnwindHintResult(hint, Expected(hint), states[i]))];

        void Look(StateNode node, CodeItem item, AbstractState state)
        {
            if (byItem.TryGetValue(item, out var here))
            {
                foreach (var i in here)
                {
                    states[i].Add(new UnwindHintState(node, Depth(frames, hints[i], state, node.Scenario)));
                }
            }
        }
    }

    // What the hint says, as a distance from its register to the frame or to the caller's stack.
    private static long? Expected(UnwindHint hint) => hint switch
    {
        { Register: UnwindRegister.Undefined } => null,
        { Type: UnwindHintType.Registers } => hint.Offset + WordsBelowFrame,
        { Type: UnwindHintType.PartialRegisters or UnwindHintType.Call or UnwindHintType.Function } => hint.Offset,
        _ => null,
    };

    private static long? Depth(StackFrames frames, UnwindHint hint, AbstractState state, Scenario scenario)
    {
        if (Address(hint.Register, state) is not { Stack: not null } address)
        {
            return null;
        }

        return hint.Type is UnwindHintType.Call or UnwindHintType.Function
            ? frames.ToCaller(address, state.Memory, scenario)
            : StackFrames.ToInterruptFrame(address, state.Memory, scenario);
    }

    private static AbstractValue? Address(UnwindRegister register, AbstractState state) => register switch
    {
        UnwindRegister.Sp => state.StackPointer,
        UnwindRegister.SpIndirect => state.Memory.Load(state.StackPointer, 8),
        UnwindRegister.Dx => state.Registers[2],
        UnwindRegister.Bp => state.Registers[5],
        UnwindRegister.Di => state.Registers[7],
        UnwindRegister.R10 => state.Registers[10],
        UnwindRegister.R13 => state.Registers[13],
        _ => null,
    };
}

/// <summary>A hint and the states in which its place is reached.</summary>
/// <param name="Hint">The hint.</param>
/// <param name="Expected">Bytes from the hint's register to the frame or to the caller's stack, as the hint has it; null when it states none.</param>
/// <param name="States">The states; empty when the analysis does not reach the place.</param>
public sealed record UnwindHintResult(UnwindHint Hint, long? Expected, IReadOnlyList<UnwindHintState> States)
{
    /// <summary>The states in which the analysis has another depth.</summary>
    public IEnumerable<UnwindHintState> Contradictions => States.Where(state => Expected is not null && state.Found is not null && state.Found != Expected);

    /// <summary>What comes of it.</summary>
    public UnwindHintVerdict Verdict =>
        Expected is null ? UnwindHintVerdict.NoDepthStated
        : States.Count == 0 ? UnwindHintVerdict.NotReached
        : Contradictions.Any() ? UnwindHintVerdict.Differs
        : States.All(state => state.Found is null) ? UnwindHintVerdict.DepthNotKnown
        : UnwindHintVerdict.Equal;
}

/// <summary>A state in which the place of a hint is reached.</summary>
/// <param name="Node">The node from which it is reached: scenario, features and path.</param>
/// <param name="Found">Bytes from the hint's register to the frame or to the caller's stack, as the analysis has it; null when it does not know.</param>
public sealed record UnwindHintState(StateNode Node, long? Found);

/// <summary>What a comparison of a hint came to.</summary>
public enum UnwindHintVerdict
{
    /// <summary>Hint and analysis agree in every state in which both say something.</summary>
    Equal,

    /// <summary>They contradict each other.</summary>
    Differs,

    /// <summary>The hint states no depth (end of stack, undefined, save, restore).</summary>
    NoDepthStated,

    /// <summary>The analysis does not know on which stack the register points, or what stands there.</summary>
    DepthNotKnown,

    /// <summary>The analysis does not reach the place.</summary>
    NotReached,
}
