using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EntryGen.Analyzers;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Text;

namespace EntryGen.Tool.Linting;

/// <summary>Findings as SARIF 2.1.0 (OASIS), the form that code hosts and editors take: rules, results with the path to the fault as a code flow, suppressions, fixes, fingerprints.</summary>
/// <remarks>It holds no time, no machine and no directory that was not given, so that the same input gives the same bytes.</remarks>
internal sealed class FindingSarif
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
    private const string Root = "SRCROOT";

    // Code hosts refuse a result with more.
    private const int MostSteps = 10_000;

    private readonly Utf8JsonWriter _json;
    private readonly Dictionary<string, int> _rules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _occurrences = new(StringComparer.Ordinal);

    private FindingSarif(Utf8JsonWriter json)
    {
        _json = json;
    }

    /// <summary>Writes findings, the suppressed ones too.</summary>
    public static void Write(LintReport report, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            new FindingSarif(json).WriteLog([.. report.Findings, .. report.Suppressed], report.IsRead);
        }

        output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        output.Write('\n');
    }

    private void WriteLog(IReadOnlyList<LintFinding> findings, bool isRead) => Object(() =>
    {
        _json.WriteString("$schema", Schema);
        _json.WriteString("version", "2.1.0");
        Array("runs", () => Object(() =>
        {
            Object("tool", () => Object("driver", () => WriteDriver(findings)));
            Array("invocations", () => Object(() => _json.WriteBoolean("executionSuccessful", isRead)));
            Object("originalUriBaseIds", () => Object(Root, () => Text("description", "The directory in which entrygen was run, or the kernel source tree.")));
            _json.WriteString("columnKind", "utf16CodeUnits");
            Array("results", () =>
            {
                foreach (var finding in findings)
                {
                    Object(() => WriteResult(finding));
                }
            });
        }));
    });

    private void WriteDriver(IReadOnlyList<LintFinding> findings)
    {
        _json.WriteString("name", "entrygen");
        _json.WriteString("semanticVersion", typeof(FindingSarif).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]);
        Array("rules", () =>
        {
            foreach (var rule in findings.Select(finding => finding.Diagnostic.Descriptor).DistinctBy(rule => rule.Id).OrderBy(rule => rule.Id, StringComparer.Ordinal))
            {
                _rules.Add(rule.Id, _rules.Count);
                Object(() =>
                {
                    _json.WriteString("id", rule.Id);
                    Text("shortDescription", rule.Title);
                    WriteHelp(HelpLinks.For(rule.Id));
                    Object("defaultConfiguration", () => _json.WriteString("level", LevelOf(rule.Severity)));
                });
            }
        });
    }

    // An address must be absolute here; a build that does not know the project's has only the page's place in the repository.
    private void WriteHelp(string page)
    {
        if (Uri.IsWellFormedUriString(page, UriKind.Absolute))
        {
            _json.WriteString("helpUri", page);
        }
        else
        {
            Text("help", $"See {page}.");
        }
    }

    private void WriteResult(LintFinding finding)
    {
        var found = finding.Diagnostic;
        _json.WriteString("ruleId", found.Id);
        _json.WriteNumber("ruleIndex", _rules[found.Id]);
        _json.WriteString("level", LevelOf(finding.Severity));
        Text("message", found.Detail is { } detail ? $"{found.Message} With {FeaturesOf(detail)}, in {string.Join(", ", detail.Entries)}." : found.Message);
        if (found.Span is { } span)
        {
            Array("locations", () => Object(() =>
            {
                WritePlace(span);
                WriteEntries(found.Detail);
            }));
        }

        WriteMacros(found);
        WriteFlow(found.Detail);
        Object("partialFingerprints", () => _json.WriteString("entrygen/v1", FingerprintOf(found)));
        if (found.Suppression is { } suppression)
        {
            Array("suppressions", () => Object(() =>
            {
                _json.WriteString("kind", "inSource");
                _json.WriteString("justification", suppression.Reason);
                Object("location", () => WritePlace(suppression.Comment));
            }));
        }

        if (found.Fix is { } fix)
        {
            WriteFix(fix);
        }

        if (found.Detail is { } when)
        {
            Object("properties", () => _json.WriteString("features", when.Features));
        }
    }

    private void WriteEntries(FindingDetail? detail)
    {
        if (detail is { Entries.Count: > 0 })
        {
            Array("logicalLocations", () =>
            {
                foreach (var entry in detail.Entries)
                {
                    Object(() =>
                    {
                        _json.WriteString("name", entry);
                        _json.WriteString("kind", "function");
                    });
                }
            });
        }
    }

    private void WriteMacros(AsmDiagnostic found)
    {
        var calls = Calls(found).ToList();
        if (calls.Count > 0)
        {
            Array("relatedLocations", () =>
            {
                foreach (var (place, macro) in calls)
                {
                    Object(() =>
                    {
                        WritePlace(place);
                        Text("message", $"in expansion of '{macro}'");
                    });
                }
            });
        }
    }

    private void WriteFlow(FindingDetail? detail)
    {
        var steps = (detail?.Path ?? []).Where(step => step.Span is not null).ToList();
        if (steps.Count == 0)
        {
            return;
        }

        Array("codeFlows", () => Object(() => Array("threadFlows", () => Object(() => Array("locations", () =>
        {
            var first = Math.Max(0, steps.Count - MostSteps);
            for (var i = first; i < steps.Count; i++)
            {
                Object(() =>
                {
                    _json.WriteNumber("executionOrder", i - first + 1);
                    _json.WriteString("importance", i == steps.Count - 1 ? "essential" : "important");
                    Object("location", () =>
                    {
                        WritePlace(steps[i].Span!.Value);
                        Text("message", steps[i].Text);
                    });
                });
            }
        })))));
    }

    private void WriteFix(SuggestedFix fix) => Array("fixes", () => Object(() =>
    {
        Text("description", fix.Title);
        Array("artifactChanges", () =>
        {
            foreach (var file in fix.Edits.GroupBy(edit => edit.Span.Source.Path, StringComparer.Ordinal))
            {
                Object(() =>
                {
                    Object("artifactLocation", () => WriteUri(file.Key));
                    Array("replacements", () =>
                    {
                        foreach (var edit in file)
                        {
                            Object(() =>
                            {
                                Object("deletedRegion", () => WriteRegion(edit.Span));
                                Object("insertedContent", () => _json.WriteString("text", edit.Replacement));
                            });
                        }
                    });
                });
            }
        });
    }));

    private void WritePlace(SourceSpan span) => Object("physicalLocation", () =>
    {
        Object("artifactLocation", () => WriteUri(span.Source.Path));
        Object("region", () => WriteRegion(span));
    });

    // The end is behind the last character.
    private void WriteRegion(SourceSpan span)
    {
        var end = Math.Min(span.Start + span.Length, span.Source.Text.Length);
        _json.WriteNumber("startLine", span.Line);
        _json.WriteNumber("startColumn", span.Column);
        _json.WriteNumber("endLine", span.Source.LineAt(end));
        _json.WriteNumber("endColumn", span.Source.ColumnAt(end));
    }

    private void WriteUri(string path)
    {
        var isRooted = Path.IsPathRooted(path);
        var escaped = string.Join('/', path.Replace('\\', '/').Split('/').Select(Uri.EscapeDataString));
        _json.WriteString("uri", isRooted ? "file://" + (escaped[0] == '/' ? "" : "/") + escaped : escaped);
        if (!isRooted)
        {
            _json.WriteString("uriBaseId", Root);
        }
    }

    /// <summary>What stays the same when lines move: rule, file, the line itself and the message; of equal ones which it is.</summary>
    private string FingerprintOf(AsmDiagnostic found)
    {
        var line = found.Span is { } span ? LineOf(span) : "";
        var text = $"{found.Id}\n{found.Span?.Source.Path}\n{line}\n{found.Message}";
        var occurrence = _occurrences[text] = _occurrences.GetValueOrDefault(text) + 1;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{text}\n{occurrence}")))[..32];
    }

    private static string LineOf(SourceSpan span)
    {
        var start = span.Source.LineStart(span.Line);
        var end = span.Source.Text.IndexOf('\n', start);
        return span.Source.Text[start..(end < 0 ? span.Source.Text.Length : end)].Trim();
    }

    private static IEnumerable<(SourceSpan Place, string Macro)> Calls(AsmDiagnostic found)
    {
        for (var expansion = found.Expansion; expansion is not null; expansion = expansion.Parent)
        {
            yield return (expansion.Invocation, expansion.MacroName);
        }

        for (var frame = found.Frame; frame is not null; frame = frame.Parent)
        {
            if (frame.CallSite is { } call)
            {
                yield return (call, frame.Name);
            }
        }
    }

    private static string FeaturesOf(FindingDetail detail) => detail.Features == "any" ? "any CPU features" : $"features {detail.Features}";

    private static string LevelOf(AsmSeverity severity) => severity switch { AsmSeverity.Error => "error", AsmSeverity.Warning => "warning", _ => "note" };

    private void Text(string name, string text) => Object(name, () => _json.WriteString("text", text));

    private void Object(string name, Action write)
    {
        _json.WritePropertyName(name);
        Object(write);
    }

    private void Object(Action write)
    {
        _json.WriteStartObject();
        write();
        _json.WriteEndObject();
    }

    private void Array(string name, Action write)
    {
        _json.WriteStartArray(name);
        write();
        _json.WriteEndArray();
    }
}
