using System.Collections.Immutable;
using EntryGen.Analyzers;
using EntryGen.Asm.Units;
using EntryGen.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace EntryGen.Tests.Harness;

/// <summary>A consumer's project in memory: C# files, AdditionalFiles, project properties. Immutable; an edit makes a new one.</summary>
internal sealed record TestProject
{
    /// <summary>C# files by path.</summary>
    public ImmutableSortedDictionary<string, string> Sources { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>AdditionalFiles by path.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Properties and options as analyzers see them (<c>build_property.X</c>).</summary>
    public ImmutableDictionary<string, string> Options { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The language version; generated code must fit the oldest that the package serves.</summary>
    public LanguageVersion LanguageVersion { get; init; } = LanguageVersion.CSharp13;

    /// <summary>What generator and analyzer read; an edited project goes on with it, as an editor does.</summary>
    public UnitReadings Readings { get; init; } = new();

    /// <summary>A project of one C# file.</summary>
    public static TestProject Of(string source) => new TestProject().WithSource("Test.cs", source);

    /// <summary>With a C# file added or replaced.</summary>
    public TestProject WithSource(string path, string text) => this with { Sources = Sources.SetItem(path, text) };

    /// <summary>With an AdditionalFiles item added or replaced.</summary>
    public TestProject WithFile(string path, string text) => this with { Files = Files.SetItem(path, text) };

    /// <summary>With a project property that the compiler may see.</summary>
    public TestProject WithProperty(string name, string value) => this with { Options = Options.SetItem("build_property." + name, value) };

    /// <summary>The compilation as a strict consumer has it.</summary>
    public CSharpCompilation Compile() => CSharpCompilation.Create(
        "Consumer",
        Sources.Select(source => CSharpSyntaxTree.ParseText(source.Value, ParseOptions, source.Key)),
        InMemoryCompiler.References,
        InMemoryCompiler.Options());

    /// <summary>The parse options of the C# files.</summary>
    public CSharpParseOptions ParseOptions => new(LanguageVersion, DocumentationMode.Parse);

    /// <summary>The AdditionalFiles as the compiler hands them over.</summary>
    public ImmutableArray<AdditionalText> AdditionalTexts => [.. Files.Select(file => new InMemoryText(file.Key, file.Value))];

    /// <summary>The options as the compiler hands them over.</summary>
    public AnalyzerConfigOptionsProvider OptionsProvider => new InMemoryOptions(Options);

    /// <summary>Runs the generator once.</summary>
    public GeneratorOutput Generate()
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create(
            [new EntryCodeGenerator(Readings).AsSourceGenerator(), new ScenarioGenerator().AsSourceGenerator()],
            AdditionalTexts,
            ParseOptions,
            OptionsProvider,
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        driver = driver.RunGeneratorsAndUpdateCompilation(Compile(), out var updated, out _);
        return new GeneratorOutput(driver, (CSharpCompilation)updated);
    }

    /// <summary>What the analyzer says about the project as the compiler does: with the generated code in it.</summary>
    public Task<ImmutableArray<Diagnostic>> AnalyzeAsync() => AnalyzeAsync(Generate().Compilation);

    /// <summary>What the analyzer says about a compilation of this project.</summary>
    public async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(CSharpCompilation compilation)
    {
        var analysis = compilation.WithAnalyzers(
            [new EntryCodeAnalyzer(Readings)],
            new CompilationWithAnalyzersOptions(
                new AnalyzerOptions(AdditionalTexts, OptionsProvider),
                onAnalyzerException: null,
                concurrentAnalysis: true,
                logAnalyzerExecutionTime: false,
                reportSuppressedDiagnostics: false));
        return await analysis.GetAnalyzerDiagnosticsAsync();
    }
}
