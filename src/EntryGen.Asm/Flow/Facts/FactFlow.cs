using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>For each node of a state graph and each fact: the features with which some path gets there without the fact.</summary>
/// <remarks>
/// A forward must-analysis, told by its complement: what is missing on some path is carried along the edges with the features that the path takes, so a fact that one
/// choice of an alternative establishes is missing exactly with the features that do not make this choice.
/// </remarks>
internal sealed class FactFlow
{
    private readonly StateGraph _graph;
    private readonly Dictionary<Fact, int> _indices = [];
    private readonly FeatureCondition[,] _missing;
    private readonly StateNode?[,] _from;
    private readonly FeatureCondition[] _established;

    private FactFlow(StateGraph graph, IReadOnlyList<Fact> facts)
    {
        _graph = graph;
        Facts = facts;
        Sites = new FactSites(graph.Program, facts);
        _missing = new FeatureCondition[graph.Nodes.Count, facts.Count];
        _from = new StateNode?[graph.Nodes.Count, facts.Count];
        _established = new FeatureCondition[facts.Count];
        for (var i = 0; i < facts.Count; i++)
        {
            _indices.Add(facts[i], i);
            _established[i] = graph.Space.Nothing;
            for (var node = 0; node < graph.Nodes.Count; node++)
            {
                _missing[node, i] = graph.Space.Nothing;
            }
        }
    }

    /// <summary>The facts.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>Where they change.</summary>
    public FactSites Sites { get; }

    /// <summary>Follows facts through a graph.</summary>
    /// <param name="graph">The states.</param>
    /// <param name="flow">The Program's control flow.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="cancellation">Ends it.</param>
    public static FactFlow Run(StateGraph graph, FlowGraph flow, IReadOnlyList<Fact> facts, CancellationToken cancellation = default)
    {
        var result = new FactFlow(graph, facts);
        result.Solve(new FactEffects(graph, flow, result.Sites, result.Establish, cancellation), cancellation);
        return result;
    }

    /// <summary>The features with which a node is reached on some path without a fact.</summary>
    public FeatureCondition MissingAt(Fact fact, StateNode node) => _missing[node.Index, _indices[fact]];

    /// <summary>The features with which any instruction establishes a fact: with others the code does not ask for it.</summary>
    public FeatureCondition EstablishedSomewhere(Fact fact) => _established[_indices[fact]];

    /// <summary>The nodes of a path on which a fact is missing, the entry first.</summary>
    public IReadOnlyList<StateNode> PathWithout(Fact fact, StateNode node)
    {
        var path = new List<StateNode>();
        for (StateNode? at = node; at is not null && path.Count <= _graph.Nodes.Count; at = _from[at.Index, _indices[fact]])
        {
            path.Add(at);
        }

        path.Reverse();
        return path;
    }

    private void Establish(int fact, FeatureCondition when) => _established[fact] = _established[fact].Or(when);

    private void Solve(FactEffects effects, CancellationToken cancellation)
    {
        var queue = new Queue<StateNode>();
        var isQueued = new bool[_graph.Nodes.Count];
        foreach (var node in _graph.Nodes)
        {
            for (var i = 0; i < Facts.Count && !node.Start.IsNever; i++)
            {
                if (!Facts[i].HoldsAt(node.Scenario))
                {
                    Add(node, i, node.Start, null);
                }
            }

            // What is lost at a node is missing behind it however it was reached.
            if (!node.Condition.IsNever)
            {
                isQueued[node.Index] = true;
                queue.Enqueue(node);
            }
        }

        for (var steps = 0; queue.Count > 0; steps++)
        {
            if (steps % 1000 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var node = queue.Dequeue();
            isQueued[node.Index] = false;
            for (var edge = 0; edge < node.Edges.Count; edge++)
            {
                var (to, condition) = node.Edges[edge];
                var isChanged = false;
                for (var i = 0; i < Facts.Count; i++)
                {
                    var effect = effects.Behind(node, edge, i);
                    var behind = effect == FactEffect.Clear ? node.Condition : _missing[node.Index, i];
                    if (!behind.IsNever && effect is FactEffect.None or FactEffect.Clear)
                    {
                        isChanged |= Add(to, i, behind.And(condition), node);
                    }
                }

                if (isChanged && !isQueued[to.Index])
                {
                    isQueued[to.Index] = true;
                    queue.Enqueue(to);
                }
            }
        }
    }

    private bool Add(StateNode node, int fact, FeatureCondition condition, StateNode? from)
    {
        var old = _missing[node.Index, fact];
        if (condition.Implies(old))
        {
            return false;
        }

        if (old.IsNever)
        {
            _from[node.Index, fact] = from;
        }

        _missing[node.Index, fact] = old.Or(condition);
        return true;
    }
}
