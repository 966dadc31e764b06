using System.Reflection;

namespace EntryGen.Analyzers;

/// <summary>Where the page of a rule is: below the project's address if the build names one (<c>PackageProjectUrl</c>), else the page's place in the repository.</summary>
internal static class HelpLinks
{
    private static readonly string _base = typeof(HelpLinks).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "ProjectUrl")?.Value?.TrimEnd('/') is { Length: > 0 } url ? url + "/" : "";

    /// <summary>The address of a rule's page.</summary>
    public static string For(string id) => $"{_base}docs/rules/{id}.md";
}
