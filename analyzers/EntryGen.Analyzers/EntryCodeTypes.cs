using EntryGen.Surface;
using Microsoft.CodeAnalysis;

namespace EntryGen.Analyzers;

/// <summary>The <c>[EntryCode]</c> classes written in a compilation.</summary>
internal static class EntryCodeTypes
{
    /// <summary>The classes, ordered by metadata name.</summary>
    public static IReadOnlyList<INamedTypeSymbol> In(Compilation compilation, CancellationToken cancellation)
    {
        var found = new List<INamedTypeSymbol>();
        Visit(compilation.Assembly.GlobalNamespace);
        return [.. found.OrderBy(type => TypeHierarchy.Of(type).MetadataName, StringComparer.Ordinal)];

        void Visit(INamespaceOrTypeSymbol container)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var member in container.GetMembers())
            {
                if (member is INamespaceSymbol nested)
                {
                    Visit(nested);
                }
                else if (member is INamedTypeSymbol type)
                {
                    if (AttributeValues.Find(type, AttributeNames.EntryCode) is not null)
                    {
                        found.Add(type);
                    }

                    Visit(type);
                }
            }
        }
    }
}
