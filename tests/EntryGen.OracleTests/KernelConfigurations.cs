using EntryGen.Testing;

namespace EntryGen.OracleTests;

/// <summary>The headers that change CONFIG_ macros, one kernel configuration each; they live beside the oracle scripts.</summary>
/// <remarks>Found in <c>kernel/cfg</c> of <c>ENTRYGEN_ORACLES</c>, or of <c>../shared/oracles</c> as seen from the repository.</remarks>
public static class KernelConfigurations
{
    private static readonly string Directory = Path.Combine(
        Environment.GetEnvironmentVariable("ENTRYGEN_ORACLES") is { Length: > 0 } oracles ? oracles : Repository.PathOf("..", "shared", "oracles"),
        "kernel",
        "cfg");

    /// <summary>Why there are none, or null.</summary>
    public static string? Missing { get; } =
        System.IO.Directory.Exists(Directory) ? null : $"no configuration headers: '{Directory}' is not there (set ENTRYGEN_ORACLES)";

    /// <summary>The absolute paths, in the order of their names.</summary>
    public static IReadOnlyList<string> Headers { get; } = Missing is null
        ? [.. System.IO.Directory.GetFiles(Directory, "*.h").Select(Path.GetFullPath).OrderBy(path => path, StringComparer.Ordinal)]
        : [];
}

/// <summary>A theory that needs the kernel trees and the configuration headers.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelConfigurationTheoryAttribute : TheoryAttribute
{
    public KernelConfigurationTheoryAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = KernelTrees.Missing ?? KernelConfigurations.Missing;
        }
    }
}
