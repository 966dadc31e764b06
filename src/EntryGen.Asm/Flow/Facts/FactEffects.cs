using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>What the instructions of each node do to facts, taken together, and what the way on from it adds.</summary>
/// <remarks>Most blocks do the same in every state; only the others are run again.</remarks>
internal sealed class FactEffects
{
    private readonly FlowGraph _flow;
    private readonly FactSites _sites;
    private readonly Action<int, FeatureCondition> _establish;
    private readonly FactEffect[]?[] _ofBlock;
    private readonly int[]?[] _establishedIn;
    private readonly FactEffect[]?[] _ofNode;
    private readonly Dictionary<(int Node, int Edge), FactEffect[]> _onEdges = [];
    private StateNode? _node;
    private DecidedBranch? _compare;

    /// <summary>Looks at every node once.</summary>
    /// <param name="graph">The states.</param>
    /// <param name="flow">The Program's control flow.</param>
    /// <param name="sites">The facts, and where they change.</param>
    /// <param name="establish">Told the index of a fact and the features with which an instruction establishes it.</param>
    /// <param name="cancellation">Ends it.</param>
    public FactEffects(StateGraph graph, FlowGraph flow, FactSites sites, Action<int, FeatureCondition> establish, CancellationToken cancellation)
    {
        (_flow, _sites, _establish) = (flow, sites, establish);
        _ofBlock = new FactEffect[graph.Program.Items.Count][];
        _establishedIn = new int[graph.Program.Items.Count][];
        _ofNode = new FactEffect[graph.Nodes.Count][];
        var isState = new bool?[graph.Program.Items.Count];
        new StateReplay(graph, flow).Run(Before, After, cancellation, node =>
        {
            var dependsOnState = isState[node.Item.Index] ??= !TrySummarize(node.Item);
            if (!dependsOnState)
            {
                foreach (var fact in _establishedIn[node.Item.Index]!)
                {
                    establish(fact, node.Condition);
                }
            }

            return dependsOnState;
        });
    }

    /// <summary>The effects of a node, by fact; null when it has none.</summary>
    public FactEffect[]? Of(StateNode node) => _ofNode[node.Index] ?? _ofBlock[node.Item.Index];

    /// <summary>What one of its edges does besides, and instead; null when it does nothing.</summary>
    public FactEffect[]? On(StateNode node, int edge) => _onEdges.Count > 0 && _onEdges.TryGetValue((node.Index, edge), out var effects) ? effects : null;

    // The effect of a block, unless it depends on the state.
    private bool TrySummarize(CodeItem start)
    {
        var effects = new FactEffect[_sites.Facts.Count];
        var established = new List<int>();
        Instruction? compare = null;
        for (var instruction = start as Instruction; instruction is not null; instruction = instruction.Next as Instruction)
        {
            foreach (var site in _sites.At(instruction))
            {
                if (site.Effect is not { } effect)
                {
                    return false;
                }

                effects[site.Fact] = effect;
                if (effect == FactEffect.Set)
                {
                    established.Add(site.Fact);
                }
            }

            if (IsDecided(instruction) && compare is not null && _sites.Facts.Any(fact => fact.MayChangeBehind(compare)))
            {
                return false;
            }

            compare = instruction.Info.Op is Op.Cmp or Op.Test ? instruction : FlagEffects.Of(instruction).Written != StatusFlags.None ? null : compare;
            if (instruction.Info.ControlFlow != ControlFlow.Sequential || instruction.Next is null || _flow.IsLeader(instruction.Next))
            {
                break;
            }
        }

        _ofBlock[start.Index] = effects;
        _establishedIn[start.Index] = [.. established];
        return true;
    }

    private void Before(StateNode node, Instruction instruction, AbstractCpu cpu)
    {
        if (!ReferenceEquals(node, _node))
        {
            (_node, _compare) = (node, null);
            _ofNode[node.Index] = new FactEffect[_sites.Facts.Count];
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
        foreach (var site in _sites.At(instruction))
        {
            var effect = site.Effect ?? _sites.Facts[site.Fact].Of(node, instruction, cpu);
            if (effect == FactEffect.Set)
            {
                _establish(site.Fact, node.Condition);
            }

            if (effect != FactEffect.None)
            {
                _ofNode[node.Index]![site.Fact] = effect;
            }
        }

        if (_compare is not null && IsDecided(instruction))
        {
            for (var edge = 0; edge < node.EdgeArray.Length; edge++)
            {
                var isTaken = ReferenceEquals(node.EdgeArray[edge].To.Item, instruction.Target?.Item);
                LookAtBranch(node, edge, isTaken == (instruction.Condition == Condition.E));
            }
        }
    }

    private static bool IsDecided(Instruction instruction) =>
        instruction.Condition is Condition.E or Condition.NE && instruction.Info.ControlFlow == ControlFlow.ConditionalJump;

    private void LookAtBranch(StateNode node, int edge, bool isEqual)
    {
        var effects = new FactEffect[_sites.Facts.Count];
        for (var i = 0; i < effects.Length; i++)
        {
            effects[i] = _sites.Facts[i].OnBranch(_compare!, isEqual);
            if (effects[i] == FactEffect.Set)
            {
                _establish(i, node.Condition.And(node.EdgeArray[edge].Condition));
            }
        }

        if (Array.Exists(effects, effect => effect != FactEffect.None))
        {
            _onEdges[(node.Index, edge)] = effects;
        }
    }
}
