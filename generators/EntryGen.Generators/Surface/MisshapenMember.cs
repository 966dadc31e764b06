using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>
/// Completes partial members of the wrong shape. The compiler takes a partial member without its other half for a mistake of declaration, after which no analyzer speaks, and what is wrong would not be said.
/// </summary>
internal static class MisshapenMember
{
    private const string Body = "throw new global::System.NotSupportedException()";

    private static readonly SymbolDisplayFormat _types = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat _parameters = _types
        .WithParameterOptions(SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeModifiers)
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>The other half of a member; null where it has none to wait for, or cannot be written.</summary>
    /// <param name="member">The member as declared.</param>
    /// <param name="modifiers">Its modifiers as written.</param>
    public static string? Implementation(ISymbol member, string modifiers) => member switch
    {
        IMethodSymbol { IsPartialDefinition: true, PartialImplementationPart: null, IsGenericMethod: false, RefKind: RefKind.None } method when method.Parameters.All(parameter => IsKnown(parameter.Type)) && IsKnown(method.ReturnType) =>
            $"{modifiers} {method.ReturnType.ToDisplayString(_types)} {Identifiers.Escape(method.Name)}({string.Join(", ", method.Parameters.Select(parameter => parameter.ToDisplayString(_parameters)))}) => {Body};",
        IPropertySymbol { IsPartialDefinition: true, PartialImplementationPart: null, IsIndexer: false, RefKind: RefKind.None } property when IsKnown(property.Type) && Accessors(property).Any() && Accessors(property).All(accessor => accessor.DeclaredAccessibility == property.DeclaredAccessibility) =>
            $"{modifiers} {property.Type.ToDisplayString(_types)} {Identifiers.Escape(property.Name)} {{ {string.Join(" ", Accessors(property).Select(accessor => $"{WordFor(accessor)} => {Body};"))} }}",
        _ => null,
    };

    private static IEnumerable<IMethodSymbol> Accessors(IPropertySymbol property) => new[] { property.GetMethod, property.SetMethod }.OfType<IMethodSymbol>();

    private static string WordFor(IMethodSymbol accessor) => accessor.MethodKind == MethodKind.PropertyGet ? "get" : accessor.IsInitOnly ? "init" : "set";

    // A type that is being typed has no name that another file could use.
    private static bool IsKnown(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsKnown(array.ElementType),
        IPointerTypeSymbol pointer => IsKnown(pointer.PointedAtType),
        INamedTypeSymbol { IsFileLocal: false } named => named.TypeKind != TypeKind.Error && named.TypeArguments.All(IsKnown),
        ITypeParameterSymbol => true,
        _ => false,
    };
}
