using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>A place in the output that has a name. Equal by name and place.</summary>
public sealed class LabelDefinition : IEquatable<LabelDefinition>
{
    private readonly TextSlice? _written;

    /// <summary>A place.</summary>
    /// <param name="name">The label's name; digits for a numeric label, <c>.</c> for the place of a statement.</param>
    /// <param name="sequence">The statement that it stands before.</param>
    /// <param name="section">The section.</param>
    /// <param name="written">The name as read; null when nobody wrote one.</param>
    internal LabelDefinition(string name, int sequence, string section, TextSlice? written)
    {
        Name = name;
        Sequence = sequence;
        Section = section;
        _written = written;
    }

    /// <summary>The label's name; digits for a numeric label, <c>.</c> for the place of a statement.</summary>
    public string Name { get; }

    /// <summary>The <see cref="Statement.Sequence"/> of the label (or of the statement whose place it is): it stands before that statement's bytes.</summary>
    public int Sequence { get; }

    /// <summary>The section it stands in.</summary>
    public string Section { get; }

    /// <summary>Where it was written.</summary>
    public SourceSpan? Span => _written?.Span;

    /// <inheritdoc/>
    public bool Equals(LabelDefinition? other) => other is not null && Sequence == other.Sequence && Name == other.Name && Section == other.Section;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelDefinition);

    /// <inheritdoc/>
    public override int GetHashCode() => Sequence;
}
