using EntryGen.Asm.Diagnostics;

namespace EntryGen.Tool.Linting;

/// <summary>What to look for, and how much each of it matters.</summary>
/// <param name="Rules">The rules asked for by name; empty for all that need not be asked for.</param>
/// <param name="Least">Findings of lower severity are not shown unless their rule is asked for by name.</param>
/// <param name="Severities">The severities that files say.</param>
internal sealed record LintOptions(IReadOnlySet<string> Rules, AsmSeverity Least, SeverityFiles Severities);
