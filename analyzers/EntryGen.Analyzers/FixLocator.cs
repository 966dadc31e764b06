using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Analyzers;

/// <summary>Carries the fix of a finding from what the assembler read to the characters of documents.</summary>
internal sealed class FixLocator(PlaceLocator locator)
{
    /// <summary>The fix; null when there is none, or when a literal cannot take one of its changes.</summary>
    public FixText? Locate(UnitFix? fix)
    {
        if (fix is null)
        {
            return null;
        }

        var changes = new List<(string, TextChange)>();
        foreach (var edit in fix.Edits)
        {
            if (locator.Change(edit.Place, edit.Replacement) is not { } change)
            {
                return null;
            }

            changes.Add(change);
        }

        return changes.Count == 0 ? null : new FixText(fix.Title, changes);
    }
}
