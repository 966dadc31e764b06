namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>The recreated bugs that no rule finds, each with the reason: left to exploration, or not modelled. None is at present.</summary>
public static class CorpusMisses
{
    private static readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => _reasons.Keys;

    /// <summary>Why an edit is not found; null when it must be.</summary>
    public static string? ReasonFor(string name) => _reasons.TryGetValue(name, out var reason) ? reason : null;
}
