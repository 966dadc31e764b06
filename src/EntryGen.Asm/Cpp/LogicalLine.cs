using EntryGen.Asm.Text;

namespace EntryGen.Asm.Cpp;

/// <summary>One line of preprocessed text, which may have been several physical ones: a macro call over many lines is one logical line.</summary>
/// <param name="text">The line without its end; blanks are single, and stand between tokens that would otherwise merge.</param>
/// <param name="file">The file of the line, as gcc's line markers report it.</param>
/// <param name="line">The number of the first physical line, from 1, as gcc's line markers report it.</param>
public sealed class LogicalLine(TracedText text, SourceText file, int line)
{
    /// <summary>The characters; each knows where it was spelled and through which macros it came.</summary>
    public TracedText Text { get; } = text;

    /// <summary>The file that the line belongs to.</summary>
    public SourceText File { get; } = file;

    /// <summary>The first physical line, from 1.</summary>
    public int Line { get; } = line;

    /// <inheritdoc/>
    public override string ToString() => Text.Text;
}
