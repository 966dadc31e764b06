using System.Text.Json;
using EntryGen.Asm.Diagnostics;

namespace EntryGen.Tool.Linting;

/// <summary>Findings as JSON, one object a line for each entry from which one is reached.</summary>
internal static class FindingJson
{
    /// <summary>Writes findings.</summary>
    public static void Write(LintReport report, TextWriter output)
    {
        var lines = new JsonLines(output);
        foreach (var finding in report.Findings)
        {
            foreach (var entry in EntriesOf(finding.Diagnostic))
            {
                lines.Write(json => Write(json, finding, entry));
            }
        }
    }

    /// <summary>The entries of which a finding speaks; one empty name when it speaks of none.</summary>
    public static IReadOnlyList<string> EntriesOf(AsmDiagnostic finding) => finding.Detail?.Entries is { Count: > 0 } entries ? entries : [""];

    /// <summary>Writes the properties of a finding in one entry.</summary>
    public static void Write(Utf8JsonWriter json, LintFinding finding, string entry)
    {
        var (found, detail) = (finding.Diagnostic, finding.Diagnostic.Detail);
        json.WriteString("rule", found.Id);
        json.WriteString("severity", finding.SeverityWord);
        json.WriteString("file", found.Span?.Source.Path ?? "");
        json.WriteNumber("line", found.Span?.Line ?? 0);
        json.WriteNumber("column", found.Span?.Column ?? 0);
        json.WriteString("entry", entry);
        json.WriteString("features", detail?.Features ?? "any");
        json.WriteString("message", found.Message);
        json.WriteStartArray("path");
        foreach (var step in detail?.Path ?? [])
        {
            json.WriteStringValue(step.Span is { } place ? $"{place}: {step.Text}" : step.Text);
        }

        json.WriteEndArray();
    }
}
