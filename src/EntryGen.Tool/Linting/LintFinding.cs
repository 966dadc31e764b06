using EntryGen.Asm.Diagnostics;

namespace EntryGen.Tool.Linting;

/// <summary>A finding as it is presented.</summary>
/// <param name="Diagnostic">The finding.</param>
/// <param name="Severity">Its severity after all configuration.</param>
internal sealed record LintFinding(AsmDiagnostic Diagnostic, AsmSeverity Severity)
{
    /// <summary>The word for the severity in what programs read.</summary>
    public string SeverityWord => Severity switch { AsmSeverity.Error => "error", AsmSeverity.Warning => "warning", _ => "suggestion" };
}
