using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.CodeFixes;

/// <summary>Applies suggested changes everywhere in a document, project or solution, in C# and in AdditionalFiles at once.</summary>
/// <remarks>The batch fixer that Roslyn offers merges C# documents only.</remarks>
internal sealed class TextFixAllProvider : FixAllProvider
{
    /// <summary>The one key: all suggested changes can be made together.</summary>
    public const string EquivalenceKey = "EntryGen.NearestName";

    private TextFixAllProvider()
    {
    }

    /// <summary>The instance.</summary>
    public static TextFixAllProvider Instance { get; } = new();

    /// <inheritdoc/>
    public override IEnumerable<FixAllScope> GetSupportedFixAllScopes() => [FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution];

    /// <inheritdoc/>
    public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
    {
        var changes = await CollectAsync(fixAllContext).ConfigureAwait(false);
        return changes.Count == 0
            ? null
            : CodeAction.Create("Change all names to the nearest ones", token => ApplyAsync(fixAllContext.Solution, changes, token), EquivalenceKey);
    }

    private static async Task<Dictionary<DocumentId, List<Diagnostic>>> CollectAsync(FixAllContext context)
    {
        var projects = context.Scope == FixAllScope.Solution ? context.Solution.Projects : [context.Project];
        var byDocument = new Dictionary<DocumentId, List<Diagnostic>>();
        foreach (var project in projects)
        {
            foreach (var diagnostic in await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false))
            {
                if (DocumentOf(diagnostic, project) is { } document && (context.Scope != FixAllScope.Document || document == context.Document?.Id))
                {
                    if (!byDocument.TryGetValue(document, out var list))
                    {
                        byDocument.Add(document, list = []);
                    }

                    list.Add(diagnostic);
                }
            }
        }

        return byDocument;
    }

    private static DocumentId? DocumentOf(Diagnostic diagnostic, Project project)
    {
        if (diagnostic.Location.SourceTree is { } tree)
        {
            return project.GetDocument(tree)?.Id;
        }

        var path = diagnostic.Location.GetLineSpan().Path;
        return project.AdditionalDocuments.FirstOrDefault(document => document.FilePath == path)?.Id;
    }

    private static async Task<Solution> ApplyAsync(
        Solution solution, Dictionary<DocumentId, List<Diagnostic>> diagnostics, CancellationToken cancellation)
    {
        foreach (var (id, found) in diagnostics.Select(pair => (pair.Key, pair.Value)))
        {
            var document = (TextDocument?)solution.GetDocument(id) ?? solution.GetAdditionalDocument(id);
            if (document is null)
            {
                continue;
            }

            var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
            var changes = found
                .Select(diagnostic => SuggestedChange.Of(diagnostic, text))
                .OfType<TextChange>()
                .GroupBy(change => change.Span)
                .Select(same => same.First())
                .OrderBy(change => change.Span.Start)
                .ToImmutableArray();
            solution = TextDocuments.WithText(solution, id, text.WithChanges(changes));
        }

        return solution;
    }
}
