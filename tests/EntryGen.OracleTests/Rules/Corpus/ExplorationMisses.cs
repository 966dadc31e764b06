namespace EntryGen.OracleTests.Rules.Corpus;

/// <summary>Why exploring does not find some recreated bugs: what they change is nothing that the machine does.</summary>
public static class ExplorationMisses
{
    private const string Speculation = "speculation and what it leaves in buffers and predictors is not modelled";

    // By the kind of mistake.
    private static readonly Dictionary<string, string> _ofClass = new(StringComparer.Ordinal)
    {
        ["swapgs-fence"] = Speculation,
        ["unwind"] = "hints for an unwinder change nothing that runs",
    };

    // Of classes of which others are found.
    private static readonly Dictionary<string, string> _ofName = new(StringComparer.Ordinal)
    {
        ["mit-compat-no-untrain"] = Speculation,
        ["mit-xen-no-untrain"] = Speculation,
        ["mit-verw-missing-iret"] = Speculation,
        ["mit-verw-missing-espfix"] = Speculation,
        ["mit-verw-too-early"] = Speculation,
        ["mit-bhi-int80"] = Speculation,
        ["saferet-after-fence-missing"] = Speculation,
        ["saferet-error-missing"] = Speculation,
    };

    /// <summary>Why a bug is not found; null when it must be.</summary>
    public static string? ReasonFor(CorpusEdit edit) => _ofClass.GetValueOrDefault(edit.Class) ?? _ofName.GetValueOrDefault(edit.Name);
}
