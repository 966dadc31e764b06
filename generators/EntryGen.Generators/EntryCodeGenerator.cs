using System.Text;
using EntryGen.Asm.Units;
using EntryGen.Surface;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace EntryGen.Generators;

/// <summary>Completes every <c>[EntryCode]</c> class with an emulator of its assembly.</summary>
/// <remarks>
/// The pipeline carries inputs, not results: names, texts and numbers, equal by value. Reading the assembly and writing the emulator happen
/// behind the last comparison, so an edit that changes no input costs nothing. It reports nothing: the analyzer gets the same readings and speaks.
/// </remarks>
/// <param name="readings">Where readings are remembered.</param>
[Generator(LanguageNames.CSharp)]
public sealed class EntryCodeGenerator(UnitReadings readings) : IIncrementalGenerator
{
    /// <summary>The generator as a compiler makes it: it shares its readings with the analyzer.</summary>
    public EntryCodeGenerator()
        : this(UnitReadings.Shared)
    {
    }

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var classes = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                AttributeNames.EntryCode,
                static (node, _) => node is TypeDeclarationSyntax,
                static (match, cancellation) => IsFirst(match) ? EntryClassReader.Read((INamedTypeSymbol)match.TargetSymbol, sink: null, cancellation) : null)
            .Where(static model => model is not null)
            .Select(static (model, _) => model!)
            .WithTrackingName(TrackingNames.Classes);

        var options = context.AnalyzerConfigOptionsProvider
            .Select(static (provider, _) => ProjectOptions.Read(provider.GlobalOptions))
            .WithTrackingName(TrackingNames.Options);

        var clashingNames = classes
            .Select(static (model, _) => model.Hierarchy.MetadataName)
            .Collect()
            .Select(static (names, _) => HintNames.FindClashes(names))
            .WithTrackingName(TrackingNames.ClashingNames);

        var units = classes
            .Combine(options)
            .Combine(context.AdditionalTextsProvider.Collect())
            .Select((pair, cancellation) => Unit.Gather(pair.Left.Left, pair.Left.Right, pair.Right, readings, cancellation))
            .WithTrackingName(TrackingNames.Units);

        context.RegisterSourceOutput(units.Combine(clashingNames), (output, pair) =>
        {
            var (unit, clashes) = pair;
            var text = EntryClassWriter.Write(unit.Class, readings.Read(unit.Inputs, output.CancellationToken));
            output.AddSource(HintNames.Of(unit.Class.Hierarchy.MetadataName, clashes), SourceText.From(text, Encoding.UTF8));
        });
    }

    // A class that was copied has the attribute twice, which is an error of its own; it is still one class.
    private static bool IsFirst(GeneratorAttributeSyntaxContext match)
    {
        var first = match.TargetSymbol.GetAttributes().First(attribute => attribute.AttributeClass?.ToDisplayString() == AttributeNames.EntryCode).ApplicationSyntaxReference;
        return first is null || (first.SyntaxTree == match.TargetNode.SyntaxTree && match.TargetNode.Span.Contains(first.Span));
    }

    /// <summary>A class and the inputs of its unit.</summary>
    private sealed record Unit(EntryClassModel Class, UnitInputs Inputs)
    {
        public static Unit Gather(
            EntryClassModel model, ProjectOptions options, IReadOnlyList<AdditionalText> files, UnitReadings readings, CancellationToken cancellation) =>
            new(model, AdditionalAssembly.Gather(options.Apply(model.Unit), files, readings, cancellation));
    }
}
