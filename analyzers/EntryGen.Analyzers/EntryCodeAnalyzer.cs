using System.Collections.Immutable;
using EntryGen.Asm.Units;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace EntryGen.Analyzers;

/// <summary>Says what is wrong with entry code: in its declaration, and on the exact characters of its assembly, in a literal or in a file.</summary>
/// <param name="readings">Where readings are remembered.</param>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EntryCodeAnalyzer(UnitReadings readings) : DiagnosticAnalyzer
{
    /// <summary>The analyzer as a compiler makes it: it shares its readings with the generator.</summary>
    public EntryCodeAnalyzer()
        : this(UnitReadings.Shared)
    {
    }

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => Descriptors.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(AttributeNames.EntryCode) is null)
            {
                return;
            }

            var findings = new FindingsSource(start.Compilation, start.Options, readings);
            start.RegisterSymbolAction(symbol => AnalyzeType(symbol, findings), SymbolKind.NamedType);
            start.RegisterSymbolAction(StrayAttributes.Analyze, SymbolKind.Field, SymbolKind.Method, SymbolKind.Property);
            start.RegisterAdditionalFileAction(file =>
            {
                foreach (var diagnostic in findings.Get(file.CancellationToken).In(file.AdditionalFile.Path))
                {
                    file.ReportDiagnostic(diagnostic);
                }
            });
        });
    }

    private static void AnalyzeType(SymbolAnalysisContext context, FindingsSource findings)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (AttributeValues.Find(type, AttributeNames.Scenario) is not null)
        {
            ScenarioClassReader.Read(type, context.Compilation, new SurfaceFindings(context.ReportDiagnostic), context.CancellationToken);
        }

        if (AttributeValues.Find(type, AttributeNames.EntryCode) is not { } attribute)
        {
            return;
        }

        var sink = new SurfaceFindings(context.ReportDiagnostic);
        if (context.Compilation is CSharpCompilation { LanguageVersion: < LanguageVersion.CSharp13 and var version })
        {
            sink.Report(
                Asm.Diagnostics.SurfaceDiagnostics.LanguageVersion,
                $"Generated entry code needs C# 13 or later; this project compiles C# {version.ToDisplayString()}.",
                attribute.Location(context.CancellationToken));
        }

        EntryClassReader.Read(type, sink, context.CancellationToken);
        foreach (var diagnostic in findings.Get(context.CancellationToken).In(TypeHierarchy.Of(type).MetadataName))
        {
            context.ReportDiagnostic(diagnostic);
        }
    }
}
