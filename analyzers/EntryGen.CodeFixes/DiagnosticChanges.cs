using EntryGen.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.CodeFixes;

/// <summary>The changes of documents by which one finding is fixed.</summary>
internal sealed class DiagnosticChanges
{
    private DiagnosticChanges(string title, IReadOnlyList<(DocumentId Document, TextChange Change)> changes)
    {
        Title = title;
        Changes = changes;
    }

    /// <summary>What they do.</summary>
    public string Title { get; }

    /// <summary>The changes.</summary>
    public IReadOnlyList<(DocumentId Document, TextChange Change)> Changes { get; }

    /// <summary>The changes that a diagnostic carries; null when it has none, when they are not about documents of the project, or when nothing would change.</summary>
    public static async Task<DiagnosticChanges?> OfAsync(Diagnostic diagnostic, Project project, CancellationToken cancellation)
    {
        if (!diagnostic.Properties.TryGetValue(DiagnosticProperties.Fix, out var written) || written is null || FixText.Read(written) is not { } fix)
        {
            return null;
        }

        var changes = new List<(DocumentId, TextChange)>();
        var isChange = false;
        foreach (var (path, change) in fix.Changes)
        {
            if (TextDocuments.Find(project, path) is not { } document)
            {
                return null;
            }

            // A diagnostic can be older than the text.
            var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
            if (change.Span.End > text.Length)
            {
                return null;
            }

            isChange |= text.ToString(change.Span) != change.NewText;
            changes.Add((document.Id, change));
        }

        return isChange ? new DiagnosticChanges(fix.Title, changes) : null;
    }

    /// <summary>Whether two fixes can be made together: they share no characters, or make the same change of them.</summary>
    public bool IsCompatibleWith(DiagnosticChanges other) => Changes.All(mine => other.Changes.All(theirs =>
        mine == theirs || mine.Document != theirs.Document || mine.Change.Span.End < theirs.Change.Span.Start || theirs.Change.Span.End < mine.Change.Span.Start));

    /// <summary>The solution after them.</summary>
    public Task<Solution> ApplyAsync(Solution solution, CancellationToken cancellation) => ApplyAsync(solution, [this], cancellation);

    /// <summary>The solution after several of them, which are compatible.</summary>
    public static async Task<Solution> ApplyAsync(Solution solution, IReadOnlyList<DiagnosticChanges> fixes, CancellationToken cancellation)
    {
        foreach (var changes in fixes.SelectMany(fix => fix.Changes).Distinct().GroupBy(item => item.Document, item => item.Change))
        {
            var document = (TextDocument?)solution.GetDocument(changes.Key) ?? solution.GetAdditionalDocument(changes.Key);
            if (document is not null)
            {
                var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
                solution = TextDocuments.WithText(solution, changes.Key, text.WithChanges(changes.OrderBy(change => change.Span.Start)));
            }
        }

        return solution;
    }
}
