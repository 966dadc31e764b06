using EntryGen.Asm.Diagnostics;
using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Reads a class with <c>[Scenario]</c> attributes from its symbol. What is wrong is reported and left out, so that the generated half always compiles.</summary>
internal static class ScenarioClassReader
{
    /// <summary>The member that is generated.</summary>
    public const string GeneratedName = "Scenarios";

    /// <summary>Reads a class.</summary>
    /// <param name="type">The class.</param>
    /// <param name="compilation">Knows the types that attributes name.</param>
    /// <param name="sink">Takes mistakes; null to be silent.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The class, or null when nothing can be generated for it.</returns>
    public static ScenarioClassModel? Read(INamedTypeSymbol type, Compilation compilation, ISurfaceSink? sink, CancellationToken cancellation)
    {
        if (type.Name.Length == 0)
        {
            return null;
        }

        var properties = ReadProperties(type, sink, cancellation);
        var reader = new ScenarioReader(type, compilation, sink, cancellation);
        var scenarios = AttributeValues.FindAll(type, AttributeNames.Scenario).Select(reader.Read).OfType<ScenarioModel>().ToList();
        return CanBeCompleted(type, sink, cancellation) ? new ScenarioClassModel(TypeHierarchy.Of(type), new(scenarios), new(properties)) : null;
    }

    private static bool CanBeCompleted(INamedTypeSymbol type, ISurfaceSink? sink, CancellationToken cancellation)
    {
        if (TypeHierarchy.FindClosed(type, cancellation) is { } closed)
        {
            // As entry code the class is reported already.
            if (AttributeValues.Find(type, AttributeNames.EntryCode) is null)
            {
                sink?.Report(
                    SurfaceDiagnostics.ClassNotPartial,
                    closed.IsFileLocal
                        ? $"The file-local type '{closed.Name}' cannot be completed by generated code; remove 'file'."
                        : $"The type '{closed.Name}' must be partial, so that its scenarios can be added to it.",
                    closed.Locations.FirstOrDefault() ?? Location.None);
            }

            return false;
        }

        // The analyzer sees the generated member itself.
        if (type.GetMembers(GeneratedName).FirstOrDefault(IsWritten) is { } taken)
        {
            sink?.Report(
                SurfaceDiagnostics.GeneratedName,
                $"'{type.Name}.{GeneratedName}' is a member that EntryGen generates; give yours another name.",
                taken.Locations.FirstOrDefault() ?? Location.None);
            return false;
        }

        return true;
    }

    private static bool IsWritten(ISymbol member) =>
        member.Locations.All(place => place.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) != true);

    private static List<ScenarioPropertyModel> ReadProperties(INamedTypeSymbol type, ISurfaceSink? sink, CancellationToken cancellation)
    {
        var properties = new List<ScenarioPropertyModel>();
        foreach (var method in type.GetMembers().OfType<IMethodSymbol>())
        {
            if (AttributeValues.Find(method, AttributeNames.ScenarioProperty) is not { } attribute)
            {
                continue;
            }

            var at = attribute.PositionalFlags(1);
            if (method is not { IsStatic: true, IsGenericMethod: false, MethodKind: MethodKind.Ordinary, ReturnType.SpecialType: SpecialType.System_Boolean, Parameters: [{ RefKind: RefKind.None } state] }
                || state.Type.ToDisplayString() != AttributeNames.EntryState)
            {
                sink?.Report(
                    SurfaceDiagnostics.ScenarioPropertyShape,
                    $"The property '{method.Name}' must have the shape 'static bool {method.Name}(EntryState state)'.",
                    method.Locations.FirstOrDefault() ?? Location.None);
            }
            else if (at is null || attribute.Text is not { } words || ConstantValue.AsInteger(attribute.Positional(1)) == 0)
            {
                sink?.Report(SurfaceDiagnostics.ScenarioPropertyShape, $"The property '{method.Name}' is looked at at no moment.", attribute.Location(cancellation));
            }
            else if (properties.Any(property => property.Method == method.Name))
            {
                sink?.Report(
                    SurfaceDiagnostics.ScenarioPropertyShape,
                    $"There are two properties '{method.Name}': the name is the property's id.",
                    method.Locations.FirstOrDefault() ?? Location.None);
            }
            else
            {
                properties.Add(new ScenarioPropertyModel(method.Name, words, at));
            }
        }

        return properties;
    }
}
