namespace EntryGen.Asm.Text;

/// <summary>A run of characters in the text in which they were written.</summary>
/// <param name="Source">The text; never a composed one when obtained from <see cref="TracedText"/>.</param>
/// <param name="Start">Offset of the first character.</param>
/// <param name="Length">Number of characters; 0 marks a place between two.</param>
public readonly record struct SourceSpan(SourceText Source, int Start, int Length)
{
    /// <summary>Line of the first character, from 1.</summary>
    public int Line => Source.LineAt(Start);

    /// <summary>Column of the first character, from 1.</summary>
    public int Column => Source.ColumnAt(Start);

    /// <summary><c>path:line:column</c>, as compilers print it.</summary>
    public override string ToString() => $"{Source.Path}:{Line}:{Column}";
}
