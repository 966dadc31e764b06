using System.Text.Json;
using EntryGen.Asm.Diagnostics;

namespace EntryGen.Tool.Linting;

/// <summary>Findings as JSON, one object a line for each entry from which one is reached.</summary>
internal static class FindingJson
{
    /// <summary>Writes findings.</summary>
    public static void Write(IReadOnlyList<AsmDiagnostic> found, TextWriter output)
    {
        var lines = new JsonLines(output);
        foreach (var finding in found)
        {
            foreach (var entry in EntriesOf(finding))
            {
                lines.Write(json => Write(json, finding, entry));
            }
        }
    }

    /// <summary>The entries of which a finding speaks; one empty name when it speaks of none.</summary>
    public static IReadOnlyList<string> EntriesOf(AsmDiagnostic finding) => finding.Detail?.Entries is { Count: > 0 } entries ? entries : [""];

    /// <summary>Writes the properties of a finding in one entry.</summary>
    public static void Write(Utf8JsonWriter json, AsmDiagnostic finding, string entry)
    {
        json.WriteString("rule", finding.Id);
        json.WriteString("severity", finding.Descriptor.Severity switch { AsmSeverity.Error => "error", AsmSeverity.Warning => "warning", _ => "suggestion" });
        json.WriteString("file", finding.Span?.Source.Path ?? "");
        json.WriteNumber("line", finding.Span?.Line ?? 0);
        json.WriteNumber("column", finding.Span?.Column ?? 0);
        json.WriteString("entry", entry);
        json.WriteString("features", finding.Detail?.Features ?? "any");
        json.WriteString("message", finding.Message);
        json.WriteStartArray("path");
        foreach (var step in finding.Detail?.Path ?? [])
        {
            json.WriteStringValue(step.Span is { } place ? $"{place}: {step.Text}" : step.Text);
        }

        json.WriteEndArray();
    }
}
