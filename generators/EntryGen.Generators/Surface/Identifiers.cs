using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Surface;

/// <summary>C# identifiers.</summary>
internal static class Identifiers
{
    /// <summary>The name as it must be written where an identifier is meant: a keyword gets its <c>@</c>.</summary>
    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;
}
