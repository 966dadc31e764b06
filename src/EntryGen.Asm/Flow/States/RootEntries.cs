namespace EntryGen.Asm.Flow.States;

/// <summary>Which entries an analysis starts from.</summary>
internal static class RootEntries
{
    /// <summary>
    /// The entries but for functions that code of the Program reaches itself, by a call or a jump: they are looked at where they are reached, with what is known there. Of functions that reach each other, those
    /// that nothing else reaches stay.
    /// </summary>
    /// <param name="graph">The control flow.</param>
    /// <param name="entries">All entries.</param>
    public static IReadOnlyList<AnalyzedEntry> Of(FlowGraph graph, IReadOnlyList<AnalyzedEntry> entries)
    {
        var reached = new HashSet<CodeItem>();
        var roots = new HashSet<AnalyzedEntry>();
        foreach (var entry in entries.OrderBy(entry => entry.Shape == EntryShape.Call ? graph.Predecessors(entry.Item).Count == 0 ? 1 : 2 : 0))
        {
            if (entry.Shape != EntryShape.Call || !reached.Contains(entry.Item))
            {
                roots.Add(entry);
                Reach(graph, entry.Item, reached);
            }
        }

        return [.. entries.Where(roots.Contains)];
    }

    private static void Reach(FlowGraph graph, CodeItem start, HashSet<CodeItem> reached)
    {
        var open = new Stack<CodeItem>();
        open.Push(start);
        while (open.Count > 0)
        {
            var item = open.Pop();
            if (!reached.Add(item))
            {
                continue;
            }

            foreach (var next in graph.Successors(item))
            {
                open.Push(next);
            }
        }
    }
}
