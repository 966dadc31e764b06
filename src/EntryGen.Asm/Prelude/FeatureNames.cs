namespace EntryGen.Asm;

/// <summary>Names of CPU features as a <c>FeatureSet</c> writes them: without <c>X86_FEATURE_</c>, those of bugs with <c>BUG_</c>.</summary>
public static class FeatureNames
{
    /// <summary>What the kernel's names begin with.</summary>
    public const string Prefix = "X86_FEATURE_";

    private const string PreludePrefix = "FEATURE_";

    /// <summary>The names that literals know without defining them, in ordinal order.</summary>
    public static IReadOnlyList<string> Known { get; } =
        [.. PreludeFeatures.All.Select(feature => Without(feature.Name, PreludePrefix)).OrderBy(name => name, StringComparer.Ordinal)];

    /// <summary>A name without <see cref="Prefix"/>.</summary>
    /// <param name="name">The name, with it or without.</param>
    public static string WithoutPrefix(string name) => Without(name, Prefix);

    private static string Without(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal) ? name.Substring(prefix.Length) : name;
}
