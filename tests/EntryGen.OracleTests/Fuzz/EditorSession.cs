using System.Collections.Immutable;
using EntryGen.Asm.Text;
using EntryGen.Generators;
using EntryGen.Tests.Harness;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.OracleTests.Fuzz;

/// <summary>A project in an editor: after each edit the generator goes on from where it was and the analyzers look at the project, in the compiler's own drivers.</summary>
internal sealed class EditorSession
{
    /// <summary>Ids that say that a component threw: an analyzer, a generator, EntryGen itself.</summary>
    private static readonly string[] _failures = ["AD0001", "AD0002", "CS8785", "CS8784", "EG0129"];

    private readonly Random _random;
    private readonly TextMutator _mutator;
    private readonly TestProject _original;
    private readonly CSharpCompilation _originalCompilation;
    private TestProject _project;
    private CSharpCompilation _compilation;
    private GeneratorDriver _driver;

    private EditorSession(Random random, TestProject project)
    {
        _random = random;
        _mutator = new TextMutator(random, [.. project.Sources.Values, .. project.Files.Values.Select(text => text[..Math.Min(text.Length, 4000)])]);
        _original = _project = project with { Readings = new() };
        _originalCompilation = _compilation = _project.Compile();
        _driver = CSharpGeneratorDriver.Create(
            [new EntryCodeGenerator(_project.Readings).AsSourceGenerator()], project.AdditionalTexts, project.ParseOptions, project.OptionsProvider);
    }

    /// <summary>Makes the edits of a seed: the same in every process.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="isKernel">Whether the whole of a kernel file is edited.</param>
    /// <param name="edits">How many.</param>
    /// <returns>A hash of everything that was said.</returns>
    public static uint Run(int seed, bool isKernel, int edits)
    {
        var random = new Random(seed);
        var session = new EditorSession(random, isKernel ? EditorProject.Kernel(random) : EditorProject.Small);
        var said = session.Look();
        for (var edit = 0; edit < edits; edit++)
        {
            session.Edit();
            said = StableHash.Of($"{said} {session.Look()}");
        }

        return said;
    }

    // Most edits add to what was edited before; now and then everything is taken back.
    private void Edit()
    {
        if (_random.Next(6) == 0)
        {
            _project = _original;
            _compilation = _originalCompilation;
        }

        var place = _random.Next(_project.Sources.Count + _project.Files.Count);
        if (place < _project.Sources.Count && _project.Sources.ElementAt(place) is var source && source.Value.Length > 0)
        {
            // As an editor does it: what is known of the references stays.
            var text = _mutator.Mutate(source.Value);
            _project = _project.WithSource(source.Key, text);
            _compilation = _compilation.ReplaceSyntaxTree(
                _compilation.SyntaxTrees.Single(tree => tree.FilePath == source.Key), CSharpSyntaxTree.ParseText(text, _project.ParseOptions, source.Key));
        }
        else
        {
            var file = _project.Files.ElementAt(_random.Next(_project.Files.Count));
            _project = _project.WithFile(file.Key, _mutator.Mutate(file.Value));
        }
    }

    private uint Look()
    {
        _driver = _driver.ReplaceAdditionalTexts(_project.AdditionalTexts).RunGeneratorsAndUpdateCompilation(_compilation, out var compilation, out var generating);
        Check(generating);
        var found = _project.AnalyzeAsync((CSharpCompilation)compilation).GetAwaiter().GetResult();
        Check(found);
        return StableHash.Of(string.Join('\n', found.Select(diagnostic => diagnostic.ToString()).Order(StringComparer.Ordinal)));
    }

    private void Check(ImmutableArray<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            if (_failures.Contains(diagnostic.Id))
            {
                throw new InvalidOperationException($"{diagnostic}\n{Texts()}");
            }

            var length = diagnostic.Location.SourceTree?.Length ?? TextAt(diagnostic.Location.GetLineSpan().Path)?.Length ?? int.MaxValue;
            if (diagnostic.Location.SourceSpan.End > length)
            {
                throw new InvalidOperationException($"{diagnostic} is outside of its text\n{Texts()}");
            }
        }
    }

    private string? TextAt(string? path) => path is not null && _project.Files.TryGetValue(path, out var text) ? text : null;

    // What to reproduce it with; of a kernel file the seed has to do.
    private string Texts() => string.Concat(_project.Sources.Concat(_project.Files).Where(file => file.Value.Length < 20_000).Select(file => $"--- {file.Key}\n{file.Value}\n"));
}
