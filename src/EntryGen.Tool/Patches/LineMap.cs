namespace EntryGen.Tool.Patches;

/// <summary>Where the lines of a patched text were before.</summary>
/// <param name="lines">For each line of the new text the line it was, from 1; 0 for one that was added.</param>
internal sealed class LineMap(int[] lines)
{
    /// <summary>The line that a line was, or null when it is new. Both from 1.</summary>
    public int? Before(int line) => line >= 1 && line <= lines.Length && lines[line - 1] is > 0 and var before ? before : null;

    /// <summary>This patch and then another one.</summary>
    public LineMap Then(LineMap next) => new([.. next.Lines.Select(line => line == 0 ? 0 : Before(line) ?? 0)]);

    private int[] Lines => lines;
}
