using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EntryGen.Surface;

/// <summary>One declaration of a partial type.</summary>
/// <param name="Keywords">What stands before the name: <c>static partial class</c>.</param>
/// <param name="Name">The name with its type parameters.</param>
internal sealed record TypeDeclaration(string Keywords, string Name);

/// <summary>How to reopen a partial type from another file.</summary>
/// <param name="MetadataName">Full metadata name, for example <c>Kernel.Outer`1+Paranoid</c>.</param>
/// <param name="Namespace">The namespace, empty for the global one.</param>
/// <param name="Types">From the outermost type to the type itself.</param>
internal sealed record TypeHierarchy(string MetadataName, string Namespace, EquatableArray<TypeDeclaration> Types)
{
    private static readonly SymbolDisplayFormat _plainName = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    private static readonly SymbolDisplayFormat _writtenName =
        _plainName.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>Reads the hierarchy of a type.</summary>
    public static TypeHierarchy Of(INamedTypeSymbol type)
    {
        var declarations = new Stack<TypeDeclaration>();
        var metadataName = type.MetadataName;
        declarations.Push(Declare(type));
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            declarations.Push(Declare(outer));
            metadataName = outer.MetadataName + "+" + metadataName;
        }

        return type.ContainingNamespace is { IsGlobalNamespace: false } containing
            ? new TypeHierarchy($"{containing.ToDisplayString(_plainName)}.{metadataName}", containing.ToDisplayString(_writtenName), new(declarations))
            : new TypeHierarchy(metadataName, "", new(declarations));
    }

    /// <summary>The first type, from the inside out, that cannot be reopened; null when all can.</summary>
    public static INamedTypeSymbol? FindClosed(INamedTypeSymbol type, CancellationToken cancellation)
    {
        for (var current = type; current is not null; current = current.ContainingType)
        {
            if (current.IsFileLocal || !IsPartial(current, cancellation))
            {
                return current;
            }
        }

        return null;
    }

    private static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellation)
    {
        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
            {
                return true;
            }
        }

        return false;
    }

    private static TypeDeclaration Declare(INamedTypeSymbol type)
    {
        var keyword = type switch
        {
            { TypeKind: TypeKind.Interface } => "interface",
            { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
            { TypeKind: TypeKind.Struct } => "struct",
            { IsRecord: true } => "record",
            _ => "class",
        };

        var parameters = type.TypeParameters.Length == 0
            ? ""
            : "<" + string.Join(", ", type.TypeParameters.Select(parameter => Identifiers.Escape(parameter.Name))) + ">";
        return new TypeDeclaration((type.IsStatic ? "static partial " : "partial ") + keyword, Identifiers.Escape(type.Name) + parameters);
    }
}
