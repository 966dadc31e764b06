using System.IO.Compression;
using System.Reflection;
using EntryGen.Testing;

namespace EntryGen.PackageTests;

/// <summary>The two packages, packed once from what the build left, in a folder that serves as a package source.</summary>
public sealed class PackedPackages : IDisposable
{
    private static readonly string _configuration = typeof(PackedPackages).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>Packs.</summary>
    public PackedPackages()
    {
        Workspace = Directory.CreateTempSubdirectory("entrygen-package-").FullName;
        Feed = Path.Combine(Workspace, "feed");
        foreach (var project in new[] { "EntryGen", "EntryGen.Tool" })
        {
            DotNet.Run(Repository.Root, "pack", $"src/{project}/{project}.csproj", "--no-build", "-c", _configuration, "-o", Feed).Succeeded();
        }
    }

    /// <summary>An empty place outside of the repository, removed at the end.</summary>
    public string Workspace { get; }

    /// <summary>The folder with the packages.</summary>
    public string Feed { get; }

    /// <summary>The version both packages have.</summary>
    public string Version => PackageFile("EntryGen.Tool.").Split("EntryGen.Tool.")[1].Replace(".nupkg", "", StringComparison.Ordinal);

    /// <summary>The files of a package, without what every package has for its own bookkeeping.</summary>
    public IReadOnlyList<string> FilesOf(string id)
    {
        using var archive = ZipFile.OpenRead(PackageFile($"{id}.{Version}"));
        return
        [
            .. archive.Entries.Select(entry => entry.FullName)
                .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The text of a file in a package.</summary>
    public string ReadText(string id, string file)
    {
        using var archive = ZipFile.OpenRead(PackageFile($"{id}.{Version}"));
        using var reader = new StreamReader(archive.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Workspace, recursive: true);

    private string PackageFile(string prefix) => Directory.EnumerateFiles(Feed, $"{prefix}*.nupkg").Single();
}

/// <summary>Shares the packed packages among test classes.</summary>
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<PackedPackages>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "packages";
}
