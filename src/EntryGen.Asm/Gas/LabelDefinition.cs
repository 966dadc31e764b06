using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>A place in the output that has a name.</summary>
/// <param name="Name">The label's name; digits for a numeric label, <c>.</c> for the place of a statement.</param>
/// <param name="Sequence">
/// The <see cref="Statement.Sequence"/> of the label (or of the statement whose place it is): it stands before that statement's bytes.
/// </param>
/// <param name="Section">The section it stands in.</param>
/// <param name="Span">Where it was written.</param>
public sealed record LabelDefinition(string Name, int Sequence, string Section, SourceSpan? Span);
