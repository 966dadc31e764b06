using System.Text;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Generators;

/// <summary>Completes every class that has <c>[Scenario]</c> attributes with the scenarios that they declare.</summary>
/// <remarks>Like <see cref="EntryCodeGenerator"/> it reports nothing: the analyzer reads with the same code and speaks.</remarks>
[Generator(LanguageNames.CSharp)]
public sealed class ScenarioGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var classes = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                AttributeNames.Scenario,
                static (node, _) => node is TypeDeclarationSyntax,
                static (match, cancellation) => IsFirst(match)
                    ? ScenarioClassReader.Read((INamedTypeSymbol)match.TargetSymbol, match.SemanticModel.Compilation, sink: null, cancellation)
                    : null)
            .Where(static model => model is not null)
            .Select(static (model, _) => model!)
            .WithTrackingName(TrackingNames.Scenarios);

        var clashingNames = classes
            .Select(static (model, _) => model.Hierarchy.MetadataName)
            .Collect()
            .Select(static (names, _) => HintNames.FindClashes(names))
            .WithTrackingName(TrackingNames.ClashingScenarios);

        context.RegisterSourceOutput(classes.Combine(clashingNames), static (output, pair) =>
        {
            var (model, clashes) = pair;
            output.AddSource(HintNames.Of(model.Hierarchy.MetadataName, clashes, ".scenarios"), SourceText.From(ScenarioWriter.Write(model), Encoding.UTF8));
        });
    }

    // The attributes of a class may stand on several of its parts; it is still one class.
    private static bool IsFirst(GeneratorAttributeSyntaxContext match)
    {
        var first = match.TargetSymbol.GetAttributes().First(attribute => attribute.AttributeClass?.ToDisplayString() == AttributeNames.Scenario).ApplicationSyntaxReference;
        return first is null || (first.SyntaxTree == match.TargetNode.SyntaxTree && match.TargetNode.Span.Contains(first.Span));
    }
}
