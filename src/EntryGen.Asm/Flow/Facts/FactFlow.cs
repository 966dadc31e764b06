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

    // By node and fact: the diagram of what is missing (0 is nothing), and the node from which it first was, counted from 1.
    private readonly int[] _missing;
    private readonly int[] _from;
    private readonly FeatureCondition[] _established;

    private FactFlow(StateGraph graph, IReadOnlyList<Fact> facts)
    {
        _graph = graph;
        Facts = facts;
        Sites = new FactSites(graph.Program, facts);
        _missing = new int[graph.Nodes.Count * facts.Count];
        _from = new int[graph.Nodes.Count * facts.Count];
        _established = new FeatureCondition[facts.Count];
        for (var i = 0; i < facts.Count; i++)
        {
            _indices.Add(facts[i], i);
            _established[i] = graph.Space.Nothing;
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
    public FeatureCondition MissingAt(Fact fact, StateNode node) => _graph.Space.At(MissingAt(node)[IndexOf(fact)]);

    /// <summary>The same of all facts, as diagrams of the space.</summary>
    public ReadOnlySpan<int> MissingAt(StateNode node) => _missing.AsSpan(node.Index * Facts.Count, Facts.Count);

    /// <summary>The place of a fact in <see cref="Facts"/>.</summary>
    public int IndexOf(Fact fact) => _indices[fact];

    /// <summary>The features with which any instruction establishes a fact: with others the code does not ask for it.</summary>
    public FeatureCondition EstablishedSomewhere(Fact fact) => _established[IndexOf(fact)];

    /// <summary>The nodes of a path on which a fact is missing, the entry first.</summary>
    public IReadOnlyList<StateNode> PathWithout(Fact fact, StateNode node)
    {
        var path = new List<StateNode>();
        for (var at = node.Index; at >= 0 && path.Count <= _graph.Nodes.Count; at = _from[(at * Facts.Count) + IndexOf(fact)] - 1)
        {
            path.Add(_graph.Nodes[at]);
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
                    Add(node, i, node.Start.Node, null);
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
            for (var edge = 0; edge < node.EdgeArray.Length; edge++)
            {
                var to = node.EdgeArray[edge].To;
                if (Follow(node, edge, effects.Of(node), effects.On(node, edge)) && !isQueued[to.Index])
                {
                    isQueued[to.Index] = true;
                    queue.Enqueue(to);
                }
            }
        }
    }

    private bool Follow(StateNode node, int edge, FactEffect[]? ofNode, FactEffect[]? onEdge)
    {
        var (to, condition) = node.EdgeArray[edge];
        var missing = MissingAt(node);
        var isChanged = false;
        for (var i = 0; i < missing.Length; i++)
        {
            var effect = onEdge is not null && onEdge[i] != FactEffect.None ? onEdge[i] : ofNode is not null ? ofNode[i] : FactEffect.None;
            var behind = effect switch { FactEffect.None => missing[i], FactEffect.Clear => node.Condition.Node, _ => 0 };
            if (behind != 0)
            {
                isChanged |= Add(to, i, _graph.Space.And(behind, condition.Node), node);
            }
        }

        return isChanged;
    }

    private bool Add(StateNode node, int fact, int condition, StateNode? from)
    {
        var at = (node.Index * Facts.Count) + fact;
        var old = _missing[at];
        var all = _graph.Space.Or(old, condition);
        if (all == old)
        {
            return false;
        }

        if (old == 0)
        {
            _from[at] = from is null ? 0 : from.Index + 1;
        }

        _missing[at] = all;
        return true;
    }
}
