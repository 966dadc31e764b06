using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.CodeFixes;

/// <summary>C# documents and AdditionalFiles under one roof: both are text.</summary>
internal static class TextDocuments
{
    /// <summary>The document of a path; null when the project has none.</summary>
    public static TextDocument? Find(Project project, string path) =>
        project.Documents.FirstOrDefault(document => document.FilePath == path) ?? project.AdditionalDocuments.FirstOrDefault(document => document.FilePath == path);

    /// <summary>The solution with a document's text replaced.</summary>
    public static Solution WithText(Solution solution, DocumentId id, SourceText text) =>
        solution.GetAdditionalDocument(id) is null ? solution.WithDocumentText(id, text) : solution.WithAdditionalDocumentText(id, text);
}
