namespace EntryGen.Analyzers;

/// <summary>What a diagnostic tells a code fix.</summary>
public static class DiagnosticProperties
{
    /// <summary>The text that should stand where the diagnostic is.</summary>
    public const string Suggestion = nameof(Suggestion);
}
