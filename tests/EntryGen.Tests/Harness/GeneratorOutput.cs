using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EntryGen.Tests.Harness;

/// <summary>One run of the generator.</summary>
/// <param name="Driver">The driver after the run; running it again sees what changed.</param>
/// <param name="Compilation">The consumer's compilation with the generated files.</param>
internal sealed record GeneratorOutput(GeneratorDriver Driver, CSharpCompilation Compilation)
{
    /// <summary>The run's result: of the generator of emulators.</summary>
    public GeneratorRunResult Result => Driver.GetRunResult().Results[0];

    /// <summary>That of the generator of scenarios.</summary>
    public GeneratorRunResult Scenarios => Driver.GetRunResult().Results[1];

    /// <summary>The text of the only generated file.</summary>
    public string Text => Result.GeneratedSources.Single().SourceText.ToString();

    /// <summary>Errors and warnings of the whole compilation, the generator's own failure among them.</summary>
    public IReadOnlyList<Diagnostic> Problems =>
        [.. Compilation.GetDiagnostics().Concat(Driver.GetRunResult().Diagnostics).Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)];
}
