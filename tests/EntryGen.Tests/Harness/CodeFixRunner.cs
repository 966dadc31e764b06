using System.Collections.Immutable;
using EntryGen.CodeFixes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tests.Harness;

/// <summary>Applies code fixes to a project as an editor does, to C# files and AdditionalFiles.</summary>
internal static class CodeFixRunner
{
    private static readonly CodeFixProvider[] _providers = [new SuggestedFixProvider(), new DeclarationFixProvider()];

    /// <summary>The titles of what is offered for the project's diagnostics, in their order.</summary>
    public static async Task<IReadOnlyList<string>> OfferedAsync(TestProject project)
    {
        var (solution, diagnostics) = await OpenAsync(project);
        var titles = new List<string>();
        foreach (var diagnostic in diagnostics)
        {
            titles.AddRange((await ActionsAsync(solution, diagnostic)).Select(action => action.Title));
        }

        return titles;
    }

    /// <summary>The project after the first offered action.</summary>
    public static async Task<TestProject> FixFirstAsync(TestProject project)
    {
        var (solution, diagnostics) = await OpenAsync(project);
        foreach (var diagnostic in diagnostics)
        {
            if (await ActionsAsync(solution, diagnostic) is [var action, ..])
            {
                return await ApplyAsync(project, action);
            }
        }

        return project;
    }

    /// <summary>The project after "fix all in project".</summary>
    public static async Task<TestProject> FixAllAsync(TestProject project)
    {
        var (solution, diagnostics) = await OpenAsync(project);
        var action = (await Task.WhenAll(diagnostics.Select(diagnostic => ActionsAsync(solution, diagnostic)))).SelectMany(actions => actions).First();
        var provider = _providers.First(candidate => candidate.FixableDiagnosticIds.Contains(action.EquivalenceKey!) && (candidate is DeclarationFixProvider) == IsDeclaration(action.EquivalenceKey!));
        var context = new FixAllContext(
            solution.Projects.Single(),
            provider,
            FixAllScope.Project,
            action.EquivalenceKey,
            diagnostics.Select(diagnostic => diagnostic.Id).Distinct(),
            new Found(diagnostics),
            CancellationToken.None);
        var all = await provider.GetFixAllProvider()!.GetFixAsync(context);
        return await ApplyAsync(project, all!);
    }

    private static async Task<(Solution Solution, ImmutableArray<Diagnostic> Diagnostics)> OpenAsync(TestProject project)
    {
        var solution = new AdhocWorkspace().CurrentSolution;
        var id = ProjectId.CreateNewId();
        solution = solution.AddProject(id, "Consumer", "Consumer", LanguageNames.CSharp)
            .WithProjectParseOptions(id, project.ParseOptions)
            .WithProjectCompilationOptions(id, InMemoryCompiler.Options())
            .AddMetadataReferences(id, InMemoryCompiler.References);
        foreach (var (path, text) in project.Sources)
        {
            solution = solution.AddDocument(DocumentId.CreateNewId(id), path, text, filePath: path);
        }

        foreach (var (path, text) in project.Files)
        {
            solution = solution.AddAdditionalDocument(DocumentId.CreateNewId(id), Path.GetFileName(path), text, filePath: path);
        }

        var diagnostics = await project.AnalyzeAsync((CSharpCompilation)(await solution.Projects.Single().GetCompilationAsync())!);
        return (solution, [.. diagnostics.OrderBy(diagnostic => diagnostic.Location.GetLineSpan().Path, StringComparer.Ordinal).ThenBy(diagnostic => diagnostic.Location.SourceSpan)]);
    }

    private static async Task<IReadOnlyList<CodeAction>> ActionsAsync(Solution solution, Diagnostic diagnostic)
    {
        var path = diagnostic.Location.GetLineSpan().Path;
        var project = solution.Projects.Single();
        var document = project.Documents.Concat(project.AdditionalDocuments).Single(candidate => candidate.FilePath == path);
        var actions = new List<CodeAction>();
        foreach (var provider in _providers.Where(provider => provider.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        }

        return actions;
    }

    private static bool IsDeclaration(string id) => _providers.OfType<DeclarationFixProvider>().Single().FixableDiagnosticIds.Contains(id);

    private static async Task<TestProject> ApplyAsync(TestProject project, CodeAction action)
    {
        var operations = await action.GetOperationsAsync(CancellationToken.None);
        var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.Projects.Single();
        foreach (var document in changed.Documents)
        {
            project = project.WithSource(document.FilePath!, (await document.GetTextAsync()).ToString());
        }

        foreach (var document in changed.AdditionalDocuments)
        {
            project = project.WithFile(document.FilePath!, (await document.GetTextAsync()).ToString());
        }

        return project;
    }

    private sealed class Found(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult(diagnostics.Where(diagnostic => diagnostic.Location.GetLineSpan().Path == document.FilePath));

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(diagnostics.Where(diagnostic => !diagnostic.Location.IsInSource));
    }
}
