using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>What the instructions of each node do to facts, taken together, and what the way on from it adds.</summary>
internal sealed class FactEffects
{
    private readonly FactEffect[,] _effects;
    private readonly Dictionary<(int Node, int Edge), FactEffect[]> _onEdges = [];
    private readonly FactSites _sites;
    private readonly IReadOnlyList<Fact> _facts;
    private readonly Action<int, FeatureCondition> _establish;
    private StateNode? _node;
    private DecidedBranch? _compare;

    /// <summary>Looks at every instruction once.</summary>
    /// <param name="graph">The states.</param>
    /// <param name="flow">The Program's control flow.</param>
    /// <param name="sites">The facts, and where they change.</param>
    /// <param name="establish">Told the index of a fact and the features with which an instruction establishes it.</param>
    /// <param name="cancellation">Ends it.</param>
    public FactEffects(StateGraph graph, FlowGraph flow, FactSites sites, Action<int, FeatureCondition> establish, CancellationToken cancellation)
    {
        (_sites, _facts) = (sites, sites.Facts);
        _establish = establish;
        _effects = new FactEffect[graph.Nodes.Count, _facts.Count];
        new StateReplay(graph, flow).Run(Before, After, cancellation);
    }

    /// <summary>The effect of a node and of one of its edges.</summary>
    public FactEffect Behind(StateNode node, int edge, int fact) =>
        _onEdges.TryGetValue((node.Index, edge), out var effects) && effects[fact] != FactEffect.None ? effects[fact] : _effects[node.Index, fact];

    private void Before(StateNode node, Instruction instruction, AbstractCpu cpu)
    {
        if (!ReferenceEquals(node, _node))
        {
            (_node, _compare) = (node, null);
        }

        if (instruction.Info.Op is Op.Cmp or Op.Test && instruction.Operands is [var right, var left])
        {
            _compare = new DecidedBranch(
                instruction, cpu.ValueOf(left, instruction.Width), cpu.ValueOf(right, instruction.Width), left is MemoryOperand memory ? cpu.AddressOf(memory) : null);
        }
        else if (FlagEffects.Of(instruction).Written != StatusFlags.None)
        {
            _compare = null;
        }
    }

    private void After(StateNode node, Instruction instruction, AbstractCpu cpu)
    {
        foreach (var i in _sites.At(instruction))
        {
            var effect = _facts[i].Of(node, instruction, cpu);
            if (effect == FactEffect.Set)
            {
                _establish(i, node.Condition);
            }

            if (effect != FactEffect.None)
            {
                _effects[node.Index, i] = effect;
            }
        }

        if (_compare is not null && instruction.Condition is Condition.E or Condition.NE && instruction.Info.ControlFlow == ControlFlow.ConditionalJump)
        {
            for (var edge = 0; edge < node.Edges.Count; edge++)
            {
                var isTaken = ReferenceEquals(node.Edges[edge].To.Item, instruction.Target?.Item);
                LookAtBranch(node, edge, isTaken == (instruction.Condition == Condition.E));
            }
        }
    }

    private void LookAtBranch(StateNode node, int edge, bool isEqual)
    {
        var effects = new FactEffect[_facts.Count];
        for (var i = 0; i < effects.Length; i++)
        {
            effects[i] = _facts[i].OnBranch(_compare!, isEqual);
            if (effects[i] == FactEffect.Set)
            {
                _establish(i, node.Condition.And(node.Edges[edge].Condition));
            }
        }

        if (Array.Exists(effects, effect => effect != FactEffect.None))
        {
            _onEdges[(node.Index, edge)] = effects;
        }
    }
}
