using EntryGen.Asm.Text;

namespace EntryGen.Asm.Diagnostics;

/// <summary>The one obvious repair of a finding: what editors offer and <c>entrygen lint --fix</c> writes. All of its edits or none.</summary>
/// <param name="Title">What it does, as an editor's menu shows it: <c>Name the argument 'scratch_reg'</c>.</param>
/// <param name="Edits">The changes; they do not overlap and at least one changes something.</param>
public sealed record SuggestedFix(string Title, IReadOnlyList<SuggestedEdit> Edits)
{
    /// <summary>A repair of one edit.</summary>
    public SuggestedFix(string title, SourceSpan span, string replacement)
        : this(title, [new SuggestedEdit(span, replacement)])
    {
    }
}

/// <summary>One change of a text.</summary>
/// <param name="Span">The characters to replace, in the text in which they were written; of length 0 to insert.</param>
/// <param name="Replacement">What stands there instead; lines end in <c>\n</c> and have the indentation that the text needs.</param>
public readonly record struct SuggestedEdit(SourceSpan Span, string Replacement);
