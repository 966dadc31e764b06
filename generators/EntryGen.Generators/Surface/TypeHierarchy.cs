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
    private static readonly SymbolDisplayFormat _qualifiedName = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

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

        var ns = type.ContainingNamespace is { IsGlobalNamespace: false } containing ? containing.ToDisplayString(_qualifiedName) : "";
        var plain = type.ContainingNamespace is { IsGlobalNamespace: false } named ? named.ToDisplayString() + "." : "";
        return new TypeHierarchy(plain + metadataName, ns, new(declarations));
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
            : "<" + string.Join(", ", type.TypeParameters.Select(DeclareParameter)) + ">";
        return new TypeDeclaration((type.IsStatic ? "static partial " : "partial ") + keyword, Identifiers.Escape(type.Name) + parameters);
    }

    private static string DeclareParameter(ITypeParameterSymbol parameter)
    {
        var variance = parameter.Variance switch { VarianceKind.In => "in ", VarianceKind.Out => "out ", _ => "" };
        return variance + Identifiers.Escape(parameter.Name);
    }
}
