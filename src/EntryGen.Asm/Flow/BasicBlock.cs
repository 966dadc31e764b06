namespace EntryGen.Asm.Flow;

/// <summary>Items that always run one after the other: control enters at the first and leaves at the last, faults aside.</summary>
/// <param name="index">Position in <see cref="FlowGraph.Blocks"/>.</param>
/// <param name="items">The items; an alternative site is only ever the last one.</param>
public sealed class BasicBlock(int index, IReadOnlyList<CodeItem> items)
{
    /// <summary>Position in <see cref="FlowGraph.Blocks"/>.</summary>
    public int Index { get; } = index;

    /// <summary>The items in order, at least one.</summary>
    public IReadOnlyList<CodeItem> Items { get; } = items;

    /// <summary>Where control enters.</summary>
    public CodeItem First => Items[0];

    /// <summary>Where control leaves.</summary>
    public CodeItem Last => Items[Items.Count - 1];
}
