namespace EntryGen.Analyzers;

/// <summary>What a diagnostic tells a code fix.</summary>
public static class DiagnosticProperties
{
    /// <summary>The fix, as <see cref="FixText"/> writes it.</summary>
    public const string Fix = nameof(Fix);
}
