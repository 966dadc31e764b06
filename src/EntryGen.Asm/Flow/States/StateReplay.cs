using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Looks at every instruction of a graph in every state in which it runs: the way rules read it.</summary>
internal sealed class StateReplay
{
    private readonly StateGraph _graph;
    private readonly FlowGraph _flow;
    private readonly AbstractCpu _cpu;

    /// <summary>A reader of a graph.</summary>
    public StateReplay(StateGraph graph, FlowGraph flow)
    {
        _graph = graph;
        _flow = flow;
        _cpu = new AbstractCpu(new KernelModel(graph.Program));
    }

    /// <summary>Runs through all nodes.</summary>
    /// <param name="before">Called before an instruction runs: the processor shows the state before it.</param>
    /// <param name="after">Called after it ran: the processor shows the state after it, and its accesses.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="isWanted">Which nodes to run; null for all.</param>
    public void Run(
        Action<StateNode, Instruction, AbstractCpu> before,
        Action<StateNode, Instruction, AbstractCpu> after,
        CancellationToken cancellation = default,
        Func<StateNode, bool>? isWanted = null)
    {
        var point = new CancellationPoint(cancellation);
        foreach (var node in _graph.Nodes)
        {
            point.Pass();
            if (node.Condition.IsNever || node.Item is not Instruction instruction || isWanted?.Invoke(node) == false)
            {
                continue;
            }

            _cpu.Load(node.State);
            while (true)
            {
                point.Pass();
                before(node, instruction, _cpu);
                _cpu.Execute(instruction);
                after(node, instruction, _cpu);
                if (instruction.Info.ControlFlow != ControlFlow.Sequential || instruction.Next is not Instruction next || _flow.IsLeader(next))
                {
                    break;
                }

                instruction = next;
            }
        }
    }
}
