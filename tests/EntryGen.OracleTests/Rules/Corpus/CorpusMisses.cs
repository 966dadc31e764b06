namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>The recreated bugs that no rule finds, each with the reason.</summary>
public static class CorpusMisses
{
    private const string NoRule = "no rule looks for it";

    private static readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal)
    {
        ["gs-load-gs-index-unbalanced"] = NoRule,
        ["fence-paranoid-swapgs-path"] = NoRule,
        ["pcid-flush-inverted"] = NoRule,
        ["nmi-no-df-set"] = NoRule,
        ["nmi-no-repeat-check"] = NoRule,
        ["nmi-outermost-copy-offset"] = NoRule,
        ["ist-db-user-stays"] = NoRule,
        ["mit-compat-no-untrain"] = NoRule,
        ["mit-xen-no-untrain"] = NoRule,
        ["mit-untrain-before-cr3"] = NoRule,
        ["mit-syscall-no-ibrs-exit"] = NoRule,
        ["mit-verw-missing-iret"] = NoRule,
        ["mit-verw-missing-espfix"] = NoRule,
        ["mit-verw-too-early"] = NoRule,
        ["mit-bhi-int80"] = NoRule,
        ["endbr-syscall64"] = NoRule,
        ["endbr-idtentry"] = NoRule,
        ["unwind-push-save-ret"] = NoRule,
        ["fred-frame-pointer"] = NoRule,
        ["fred-eretu-in-kernel"] = NoRule,
        ["fred-entry-offset"] = NoRule,
        ["int3-gap-user"] = NoRule,
        ["saferet-after-fence-missing"] = NoRule,
        ["saferet-error-missing"] = NoRule,
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyCollection<string> Names => _reasons.Keys;

    /// <summary>Why an edit is not found; null when it must be.</summary>
    public static string? ReasonFor(string name) => _reasons.TryGetValue(name, out var reason) ? reason : null;
}
