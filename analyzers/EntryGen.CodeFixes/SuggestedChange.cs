using EntryGen.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.CodeFixes;

/// <summary>The edit that a diagnostic with a suggestion asks for.</summary>
internal static class SuggestedChange
{
    /// <summary>The edit, or null when there is none: no suggestion, no characters to replace, or nothing would change.</summary>
    /// <param name="diagnostic">The diagnostic.</param>
    /// <param name="text">The text of the document it was found in.</param>
    public static TextChange? Of(Diagnostic diagnostic, SourceText text)
    {
        var span = diagnostic.Location.SourceSpan;
        if (!diagnostic.Properties.TryGetValue(DiagnosticProperties.Suggestion, out var suggestion) || suggestion is null
            || span.IsEmpty || span.End > text.Length)
        {
            return null;
        }

        // A literal that could not be mapped is underlined as a whole: replacing it by a name would destroy it.
        var current = text.ToString(span);
        return current == suggestion || !current.All(IsNameCharacter) ? null : new TextChange(span, suggestion);
    }

    private static bool IsNameCharacter(char character) => character is '_' or '.' or '$' or '%' || char.IsLetterOrDigit(character);
}
