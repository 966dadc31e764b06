using System.Collections.Immutable;
using System.Composition;
using EntryGen.Asm.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace EntryGen.CodeFixes;

/// <summary>Offers the fix that a finding carries, in string literals and in files. What it changes is computed where the finding is (<see cref="SuggestedFix"/>).</summary>
[ExportCodeFixProvider(
    LanguageNames.CSharp,
    Name = nameof(SuggestedFixProvider),
    DocumentKinds = [nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument)],
    DocumentExtensions = [".cs", ".S", ".s", ".h", ".inc"])]
[Shared]
public sealed class SuggestedFixProvider : CodeFixProvider
{
    /// <inheritdoc/>
    /// <remarks>Whether a finding has a fix is known only when it is found.</remarks>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. AsmDiagnosticCatalog.All.Select(descriptor => descriptor.Id)];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => TextFixAllProvider.Instance;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            var changes = await DiagnosticChanges.OfAsync(diagnostic, context.TextDocument.Project, context.CancellationToken).ConfigureAwait(false);
            if (changes is not null)
            {
                context.RegisterCodeFix(
                    CodeAction.Create(changes.Title, token => changes.ApplyAsync(context.TextDocument.Project.Solution, token), equivalenceKey: diagnostic.Id),
                    diagnostic);
            }
        }
    }
}
