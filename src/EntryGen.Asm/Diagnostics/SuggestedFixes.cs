using EntryGen.Asm.Text;

namespace EntryGen.Asm.Diagnostics;

/// <summary>Makes several fixes at once.</summary>
public static class SuggestedFixes
{
    /// <summary>The fixes that can be made together: whole ones, the first come first. One that touches the characters of another is left for when those are settled.</summary>
    /// <remarks>Equal edits are one: two findings that ask for the same fence get it once.</remarks>
    /// <param name="fixes">The fixes in the order of their findings.</param>
    /// <param name="isSame">Whether two places are in the same text; null to compare the <see cref="SourceSpan.Source"/>.</param>
    public static IReadOnlyList<SuggestedFix> Compatible(IEnumerable<SuggestedFix> fixes, Func<SourceText, SourceText, bool>? isSame = null)
    {
        isSame ??= ReferenceEquals;
        var chosen = new List<SuggestedFix>();
        var edits = new List<SuggestedEdit>();
        foreach (var fix in fixes)
        {
            if (fix.Edits.All(edit => edits.All(other => !Conflict(edit, other))))
            {
                chosen.Add(fix);
                edits.AddRange(fix.Edits);
            }
        }

        return chosen;

        bool Conflict(SuggestedEdit left, SuggestedEdit right) =>
            isSame(left.Span.Source, right.Span.Source) && !AreEqual(left, right)
            && left.Span.Start <= right.Span.Start + right.Span.Length && right.Span.Start <= left.Span.Start + left.Span.Length;
    }

    /// <summary>A text after some edits of it; what is put in ends its lines as the text does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="edits">Edits of compatible fixes, all of this text, in any order.</param>
    public static string Apply(string text, IEnumerable<SuggestedEdit> edits)
    {
        var firstLine = text.IndexOf('\n');
        var newLine = firstLine > 0 && text[firstLine - 1] == '\r' ? "\r\n" : "\n";
        SuggestedEdit? last = null;
        foreach (var edit in edits.OrderByDescending(edit => edit.Span.Start).ThenByDescending(edit => edit.Span.Length))
        {
            if (last is not { } same || !AreEqual(edit, same))
            {
                text = text.Substring(0, edit.Span.Start) + edit.Replacement.Replace("\n", newLine) + text.Substring(edit.Span.Start + edit.Span.Length);
            }

            last = edit;
        }

        return text;
    }

    private static bool AreEqual(SuggestedEdit left, SuggestedEdit right) =>
        left.Span.Start == right.Span.Start && left.Span.Length == right.Span.Length && left.Replacement == right.Replacement;
}
