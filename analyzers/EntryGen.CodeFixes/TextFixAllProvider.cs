using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace EntryGen.CodeFixes;

/// <summary>Makes the fixes of one rule everywhere in a document, project or solution, in C# and in AdditionalFiles at once.</summary>
/// <remarks>
/// The batch fixer that Roslyn offers merges C# documents only. Where two fixes want the same characters the first one is made; the other one is offered again.
/// </remarks>
internal sealed class TextFixAllProvider : FixAllProvider
{
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
        var fixes = await CollectAsync(fixAllContext).ConfigureAwait(false);
        return fixes.Count == 0
            ? null
            : CodeAction.Create(
                $"Fix all occurrences of {fixAllContext.CodeActionEquivalenceKey}",
                token => DiagnosticChanges.ApplyAsync(fixAllContext.Solution, fixes, token),
                fixAllContext.CodeActionEquivalenceKey);
    }

    // The key of an action is its rule.
    private static async Task<IReadOnlyList<DiagnosticChanges>> CollectAsync(FixAllContext context)
    {
        var fixes = new List<DiagnosticChanges>();
        foreach (var project in context.Scope == FixAllScope.Solution ? context.Solution.Projects : [context.Project])
        {
            var document = context.Scope == FixAllScope.Document ? context.Document?.FilePath ?? "" : null;
            var diagnostics = (await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false))
                .Where(found => found.Id == context.CodeActionEquivalenceKey && (document is null || found.Location.GetLineSpan().Path == document))
                .OrderBy(found => found.Location.GetLineSpan().Path, StringComparer.Ordinal)
                .ThenBy(found => found.Location.SourceSpan.Start);
            foreach (var diagnostic in diagnostics)
            {
                var changes = await DiagnosticChanges.OfAsync(diagnostic, project, context.CancellationToken).ConfigureAwait(false);
                if (changes is not null && fixes.All(changes.IsCompatibleWith))
                {
                    fixes.Add(changes);
                }
            }
        }

        return fixes;
    }
}
