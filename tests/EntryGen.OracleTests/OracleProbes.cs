using EntryGen.Testing;

namespace EntryGen.OracleTests;

/// <summary>The small texts that lie beside the oracle scripts: <c>.s</c> for GNU as, <c>.S</c> for the preprocessor.</summary>
public static class OracleProbes
{
    /// <summary>Where they are: <c>kernel/probe</c> of <c>ENTRYGEN_ORACLES</c>, or of <c>../shared/oracles</c> as seen from the repository.</summary>
    public static string Directory { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("ENTRYGEN_ORACLES") is { Length: > 0 } oracles ? oracles : Repository.PathOf("..", "shared", "oracles"),
        "kernel",
        "probe");

    /// <summary>Why there are none, or null.</summary>
    public static string? Missing { get; } = System.IO.Directory.Exists(Directory) ? null : $"no probes: '{Directory}' is not there (set ENTRYGEN_ORACLES)";

    /// <summary>The names of the probes with an extension.</summary>
    public static IReadOnlyList<string> Named(string extension) => Missing is null
        ? [.. System.IO.Directory.GetFiles(Directory).Where(path => path.EndsWith(extension, StringComparison.Ordinal)).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)]
        : [];
}

/// <summary>A fact that needs the probes.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OracleProbeFactAttribute : FactAttribute
{
    public OracleProbeFactAttribute()
    {
        if (!KernelTrees.Required)
        {
            Skip = OracleProbes.Missing;
        }
    }
}
