using System.Collections.Immutable;
using System.Composition;
using EntryGen.Asm.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EntryGen.CodeFixes;

/// <summary>Gives declarations the shape that entry code needs: partial classes and methods, constant macros, read-only per-CPU properties.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DeclarationFixProvider))]
[Shared]
public sealed class DeclarationFixProvider : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
    [
        SurfaceDiagnostics.ClassNotPartial.Id, SurfaceDiagnostics.EntryMethodShape.Id, SurfaceDiagnostics.MacroNotConstant.Id, SurfaceDiagnostics.PerCpuPropertyShape.Id,
    ];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            var found = root?.FindToken(diagnostic.Location.SourceSpan.Start).Parent?.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().FirstOrDefault();
            if (found is not null && DeclarationShapes.Correct(found) is var (title, corrected) && !corrected.IsEquivalentTo(found))
            {
                context.RegisterCodeFix(
                    CodeAction.Create(
                        title,
                        _ => Task.FromResult(context.Document.WithSyntaxRoot(root!.ReplaceNode(found, corrected))),
                        equivalenceKey: diagnostic.Id),
                    diagnostic);
            }
        }
    }
}
