using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Units;
using Microsoft.CodeAnalysis;

namespace EntryGen.Surface;

/// <summary>Reads an <c>[EntryCode]</c> class from its symbol. Generator and analyzer read with the same code, so they never disagree.</summary>
internal static class EntryClassReader
{
    /// <summary>The members that are generated into every class.</summary>
    public static IReadOnlyList<string> GeneratedNames { get; } = ["EntryUnit", "EntryUnitCode"];

    /// <summary>Reads a class.</summary>
    /// <param name="type">The class.</param>
    /// <param name="sink">Takes mistakes; null to be silent.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The class, or null when nothing can be generated for it.</returns>
    public static EntryClassModel? Read(INamedTypeSymbol type, ISurfaceSink? sink, CancellationToken cancellation)
    {
        // A class being typed has no name yet.
        if (type.Name.Length == 0 || AttributeValues.Find(type, AttributeNames.EntryCode) is not { } attribute)
        {
            return null;
        }

        var source = attribute.Named("Source") as string;
        var members = new MemberReader(sink, cancellation);
        members.Read(type, source is not null);
        ReadEntryNames(type, attribute, source, members, sink, cancellation);

        var unit = new UnitDeclaration
        {
            Name = type.Name,
            Key = TypeHierarchy.Of(type).MetadataName,
            Source = source,
            Macros = new(members.Macros),
            Entries = new(members.Entries),
            NamedEntries = source is null ? default : new(attribute.NamedArray<string>("Entries")),
            Constants = new(members.Constants),
            PerCpu = new(members.PerCpu),
            Functions = new(members.Functions),
            Defines = new(attribute.NamedArray<string>("Defines")),
            IncludeDirectories = new(attribute.NamedArray<string>("IncludeDirectories")),
            UserMapsThreadStack = attribute.Named("UserMapsThreadStack") is true,
            Includes = new(IncludeReader.Read(type, attribute, sink, cancellation)),
        };

        if (TypeHierarchy.FindClosed(type, cancellation) is { } closed)
        {
            sink?.Report(
                SurfaceDiagnostics.ClassNotPartial,
                closed.IsFileLocal
                    ? $"The file-local type '{closed.Name}' cannot be completed by generated code; remove 'file'."
                    : $"The type '{closed.Name}' must be partial, so that the emulator can be added to it.",
                closed.Locations.FirstOrDefault() ?? Location.None);
            return null;
        }

        foreach (var name in GeneratedNames)
        {
            // The analyzer sees the generated member itself.
            var taken = type.GetMembers(name).FirstOrDefault(member => member.Locations.All(place => place.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) != true));
            if (taken is not null)
            {
                sink?.Report(
                    SurfaceDiagnostics.GeneratedName,
                    $"'{type.Name}.{name}' is a member that EntryGen generates; give yours another name.",
                    taken.Locations.FirstOrDefault() ?? Location.None);
                return null;
            }
        }

        return new EntryClassModel(TypeHierarchy.Of(type), unit, new(members.Methods), new(members.Properties), new(TakenNamesOf(type, unit)), new(members.Misshapen));
    }

    // Entries named by the attribute; those that have a method are known already, with the kind the method gives.
    private static void ReadEntryNames(
        INamedTypeSymbol type, AttributeValues attribute, string? source, MemberReader members, ISurfaceSink? sink, CancellationToken cancellation)
    {
        var names = attribute.NamedArray<string>("Entries").ToArray();
        if (source is null)
        {
            if (names.Length > 0)
            {
                sink?.Report(
                    SurfaceDiagnostics.EntriesWithoutSource,
                    $"Entries name symbols of a Source, and '{type.Name}' has none; entries written in C# are methods marked [Entry].",
                    attribute.NamedLocation("Entries", cancellation));
            }

            return;
        }

        foreach (var name in names)
        {
            if (members.Entries.All(entry => entry.Name != name))
            {
                members.Entries.Add(new EntryDeclaration(name, EntryDeclaration.DefaultKind, null));
            }
        }
    }

    // Only names that a label could have: a method for it would then be the second of that name.
    private static IEnumerable<string> TakenNamesOf(INamedTypeSymbol type, UnitDeclaration unit)
    {
        var labels = new HashSet<string>(unit.Entries.Select(entry => entry.Name), StringComparer.Ordinal);
        return type.GetMembers().Select(member => member.Name).Append(type.Name)
            .Where(labels.Contains).Distinct(StringComparer.Ordinal).OrderBy(name => name, StringComparer.Ordinal);
    }
}
