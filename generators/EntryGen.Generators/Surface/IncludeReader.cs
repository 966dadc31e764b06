using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Follows <c>Include = [typeof(X)]</c>: what a unit sees of other classes, each once, those they include first.</summary>
internal static class IncludeReader
{
    /// <summary>The included units in the order in which the assembler must see them.</summary>
    public static IReadOnlyList<UnitDeclaration> Read(INamedTypeSymbol type, AttributeValues attribute, ISurfaceSink? sink, CancellationToken cancellation)
    {
        var included = new List<UnitDeclaration>();
        var seen = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default) { type };
        Follow(attribute, sink);
        return included;

        void Follow(AttributeValues from, ISurfaceSink? onlyForOwn)
        {
            var index = -1;
            foreach (var target in from.NamedArray<ITypeSymbol>("Include"))
            {
                index++;
                cancellation.ThrowIfCancellationRequested();
                var named = (target as INamedTypeSymbol)?.OriginalDefinition;
                if (named is null || AttributeValues.Find(named, AttributeNames.EntryCode) is not { } nested)
                {
                    onlyForOwn?.Report(
                        SurfaceDiagnostics.IncludeIsNoUnit,
                        $"'{target.Name}' has no [EntryCode], so there is nothing to include from it.",
                        from.ElementLocation("Include", index, cancellation));
                }
                else if (nested.Named("Source") is string file)
                {
                    onlyForOwn?.Report(
                        SurfaceDiagnostics.IncludeIsNoUnit,
                        $"'{target.Name}' takes its assembly from the file '{file}'; write #include \"{file}\" instead.",
                        from.ElementLocation("Include", index, cancellation));
                }
                else if (seen.Add(named))
                {
                    Follow(nested, null);
                    included.Add(Declare(named, cancellation));
                }
            }
        }
    }

    // Entries and functions stay with the class they are written in.
    private static UnitDeclaration Declare(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var members = new MemberReader(null, cancellation);
        members.Read(type, hasSource: false);
        return new UnitDeclaration
        {
            Name = type.Name,
            Key = TypeHierarchy.Of(type).MetadataName,
            Macros = new(members.Macros),
            Constants = new(members.Constants),
            PerCpu = new(members.PerCpu),
        };
    }
}
