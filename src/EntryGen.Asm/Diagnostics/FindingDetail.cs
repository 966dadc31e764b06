using EntryGen.Asm.Text;

namespace EntryGen.Asm.Diagnostics;

/// <summary>When and how what a rule found happens.</summary>
/// <param name="Entries">The entries from which it is reached, in ordinal order; none when it does not matter from where.</param>
/// <param name="Features">The CPU features with which it happens, as <see cref="Flow.FeatureCondition.Describe"/> writes them; <c>any</c> for all.</param>
/// <param name="Path">A shortest path from an entry to the place: the source lines where control entered something or was decided. The last step is the place; without entries the others are what it has to do with.</param>
public sealed record FindingDetail(IReadOnlyList<string> Entries, string Features, IReadOnlyList<FindingStep> Path);

/// <summary>A step of a path.</summary>
/// <param name="Span">The instruction, where it was written.</param>
/// <param name="Text">What happens there, in words.</param>
public sealed record FindingStep(SourceSpan? Span, string Text);
