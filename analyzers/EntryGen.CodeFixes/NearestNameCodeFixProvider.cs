using System.Collections.Immutable;
using System.Composition;
using EntryGen.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.CodeFixes;

/// <summary>Replaces a name that does not exist (a mnemonic, macro, symbol or directive) by the nearest one that does, in a string literal or in a file.</summary>
[ExportCodeFixProvider(
    LanguageNames.CSharp,
    Name = nameof(NearestNameCodeFixProvider),
    DocumentKinds = [nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument)],
    DocumentExtensions = [".cs", ".S", ".s", ".h", ".inc"])]
[Shared]
public sealed class NearestNameCodeFixProvider : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = FixableRules.WithSuggestion;

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => TextFixAllProvider.Instance;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var text = await context.TextDocument.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (SuggestedChange.Of(diagnostic, text) is not { } change)
            {
                continue;
            }

            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Change '{text.ToString(change.Span)}' to '{change.NewText}'",
                    _ => Task.FromResult(TextDocuments.WithText(context.TextDocument, text.WithChanges(change))),
                    equivalenceKey: TextFixAllProvider.EquivalenceKey),
                diagnostic);
        }
    }
}
