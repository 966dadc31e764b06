using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace EntryGen.Tests.Architecture;

/// <summary>What the metadata of a built assembly says, read without loading it.</summary>
internal sealed class BuiltAssembly
{
    private BuiltAssembly(MetadataReader reader)
    {
        References = reader.AssemblyReferences.Select(reader.GetAssemblyReference).ToDictionary(reference => reader.GetString(reference.Name), reference => reference.Version);
        var defined = reader.TypeDefinitions.Select(reader.GetTypeDefinition).Where(type => !type.IsNested).ToList();
        Namespaces = defined.Select(type => reader.GetString(type.Namespace)).Where(name => name.StartsWith("EntryGen", StringComparison.Ordinal)).ToHashSet();
        TypeNames = defined.Select(type => reader.GetString(type.Name))
            .Concat(reader.TypeReferences.Select(reader.GetTypeReference).Select(type => reader.GetString(type.Name)))
            .ToHashSet();
    }

    /// <summary>Referenced assemblies with their versions.</summary>
    public IReadOnlyDictionary<string, Version> References { get; }

    /// <summary>Namespaces of ours that hold a type.</summary>
    public IReadOnlySet<string> Namespaces { get; }

    /// <summary>Simple names of the types it defines or uses.</summary>
    public IReadOnlySet<string> TypeNames { get; }

    /// <summary>Reads the copy that was built beside the tests.</summary>
    public static BuiltAssembly Read(string name)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
        using var image = new PEReader(stream);
        return new BuiltAssembly(image.GetMetadataReader());
    }
}
