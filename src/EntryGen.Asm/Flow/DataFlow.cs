namespace EntryGen.Asm.Flow;

/// <summary>Solves data-flow problems: facts at items, joined where paths meet, until nothing changes (Kildall 1973).</summary>
/// <remarks>
/// A join only ever moves a fact up a lattice of finite height, so this ends. An item is looked at again only when what flows into it has grown. What depends on
/// the values in registers and on stacks is computed by running abstract states and not here (docs/flow-analysis.md).
/// </remarks>
internal static class DataFlow
{
    /// <summary>Carries facts along control flow.</summary>
    /// <param name="graph">The control flow.</param>
    /// <param name="facts">By item: what holds before it though nothing flows in; on return what holds before it.</param>
    /// <param name="flow">What an item makes of the fact before it, on the way to one successor.</param>
    /// <param name="join">What holds when either fact may.</param>
    /// <param name="cancellation">Ends it.</param>
    public static void Forward<TFact>(
        FlowGraph graph, TFact[] facts, Func<CodeItem, CodeItem, TFact, TFact> flow, Func<TFact, TFact, TFact> join, CancellationToken cancellation = default) =>
        Solve(graph.Program.Items.Reverse(), facts, graph.Successors, flow, join, cancellation);

    /// <summary>Carries facts against control flow.</summary>
    /// <param name="graph">The control flow.</param>
    /// <param name="facts">By item: what holds behind it because of where control leaves; on return what holds behind it.</param>
    /// <param name="flow">What an item makes of the fact behind it, on the way to one predecessor.</param>
    /// <param name="join">What holds when either fact may.</param>
    /// <param name="cancellation">Ends it.</param>
    public static void Backward<TFact>(
        FlowGraph graph, TFact[] facts, Func<CodeItem, CodeItem, TFact, TFact> flow, Func<TFact, TFact, TFact> join, CancellationToken cancellation = default) =>
        Solve(graph.Program.Items, facts, graph.Predecessors, flow, join, cancellation);

    // Items are given so that those from which facts flow come last, and are taken first.
    private static void Solve<TFact>(
        IEnumerable<CodeItem> items,
        TFact[] facts,
        Func<CodeItem, IReadOnlyList<CodeItem>> targets,
        Func<CodeItem, CodeItem, TFact, TFact> flow,
        Func<TFact, TFact, TFact> join,
        CancellationToken cancellation)
    {
        var point = new CancellationPoint(cancellation);
        var equality = EqualityComparer<TFact>.Default;
        var pending = new Stack<CodeItem>(items);
        var isQueued = new bool[facts.Length];
        for (var i = 0; i < isQueued.Length; i++)
        {
            isQueued[i] = true;
        }

        while (pending.Count > 0)
        {
            point.Pass();
            var item = pending.Pop();
            isQueued[item.Index] = false;
            var fact = facts[item.Index];
            foreach (var target in targets(item))
            {
                var joined = join(facts[target.Index], flow(item, target, fact));
                if (equality.Equals(joined, facts[target.Index]))
                {
                    continue;
                }

                facts[target.Index] = joined;
                if (!isQueued[target.Index])
                {
                    isQueued[target.Index] = true;
                    pending.Push(target);
                }
            }
        }
    }
}
