using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.CodeFixes;

/// <summary>C# documents and AdditionalFiles under one roof: both are text.</summary>
internal static class TextDocuments
{
    /// <summary>The solution with a document's text replaced.</summary>
    public static Solution WithText(TextDocument document, SourceText text) => WithText(document.Project.Solution, document.Id, text);

    /// <summary>The solution with a document's text replaced.</summary>
    public static Solution WithText(Solution solution, DocumentId id, SourceText text) =>
        solution.GetAdditionalDocument(id) is null ? solution.WithDocumentText(id, text) : solution.WithAdditionalDocumentText(id, text);
}
