using EntryGen.Asm.Diagnostics;
using EntryGen.Tool.Input;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Linting;

/// <summary>Findings as compilers print them, and a last line that says what was looked at.</summary>
internal static class FindingText
{
    /// <summary>Writes findings.</summary>
    public static void Write(LintReport report, TextWriter output)
    {
        var includedAt = ReaderInput.IncludedAt(report.Units);
        foreach (var finding in report.Findings)
        {
            foreach (var line in DiagnosticText.Lines(finding.Severity, finding.Diagnostic, includedAt).Concat(DiagnosticText.Detail(finding.Diagnostic)))
            {
                MessageWriter.Write(output, line);
            }
        }

        output.Write($"{Summary(report)}\n");
    }

    private static string Summary(LintReport report)
    {
        string?[] counts = [Count(report, AsmSeverity.Error, "error"), Count(report, AsmSeverity.Warning, "warning"), Count(report, AsmSeverity.Info, "suggestion")];
        var found = counts.Any(count => count is not null) ? string.Join(", ", counts.OfType<string>()) : "nothing found";
        var suppressed = report.Suppressed.Count == 0 ? "" : $", {report.Suppressed.Count} suppressed";
        var hidden = report.Hidden == 0 ? "" : $"; {Number(report.Hidden, "finding")} of lower severity not shown (--severity suggestion)";
        return $"{found}{suppressed} in {Number(report.Units.Count, "file")}: {report.Scope}{hidden}";
    }

    private static string? Count(LintReport report, AsmSeverity severity, string word) =>
        report.Findings.Count(finding => finding.Severity == severity) is var count and > 0 ? Number(count, word) : null;

    private static string Number(int count, string word) => $"{count} {word}{(count == 1 ? "" : "s")}";
}
