using EntryGen.Asm.Text;

namespace EntryGen.Asm.Suppressions;

/// <summary>A comment that says why findings of some rules at a place are no mistakes.</summary>
/// <param name="Comment">The comment from its first word on.</param>
/// <param name="Rules">The ids of the rules.</param>
/// <param name="Reason">Why; never empty.</param>
public sealed record Suppression(SourceSpan Comment, IReadOnlyList<string> Rules, string Reason);

/// <summary>A suppression with the characters that it speaks of, as offsets in the text that was read.</summary>
internal sealed record SuppressedRange(Suppression Suppression, int Start, int End);
