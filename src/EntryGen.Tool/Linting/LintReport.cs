using EntryGen.Asm.Diagnostics;
using EntryGen.Tool.Input;

namespace EntryGen.Tool.Linting;

/// <summary>What a look at some files gave.</summary>
/// <param name="Units">The files.</param>
/// <param name="Findings">What is to be shown, file by file.</param>
/// <param name="Suppressed">What comments say is no mistake.</param>
/// <param name="Hidden">How many findings are of too low a severity to be shown.</param>
/// <param name="Scope">In words, what the rules looked at.</param>
internal sealed record LintReport(IReadOnlyList<ReadUnit> Units, IReadOnlyList<LintFinding> Findings, IReadOnlyList<LintFinding> Suppressed, int Hidden, string Scope)
{
    /// <summary>Whether there is something that must not be: a warning or an error.</summary>
    public bool IsWrong => Findings.Any(finding => finding.Severity != AsmSeverity.Info);

    /// <summary>Whether the files could be read.</summary>
    public bool IsRead => !Findings.Concat(Suppressed).Any(finding => finding.Severity == AsmSeverity.Error && finding.Diagnostic.Detail is null);
}
