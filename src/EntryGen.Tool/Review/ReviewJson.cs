using System.Text.Json;
using EntryGen.Exploration;
using EntryGen.Tool.Linting;

namespace EntryGen.Tool.Review;

/// <summary>A review as JSON, one object a line: <c>file</c>, <c>finding</c> and <c>cost</c> objects, told apart by <c>kind</c>.</summary>
internal static class ReviewJson
{
    /// <summary>Writes a review.</summary>
    public static void Write(PatchReview review, TextWriter output)
    {
        var lines = new JsonLines(output);
        foreach (var file in review.Patch.Files)
        {
            lines.Write(json =>
            {
                json.WriteString("kind", "file");
                json.WriteString("file", file.Path);
                json.WriteNumber("added", file.Added);
                json.WriteNumber("removed", file.Removed);
                json.WriteBoolean("read", !review.Unread.Contains(file.Path));
            });
        }

        foreach (var change in review.Findings)
        {
            foreach (var entry in FindingJson.EntriesOf(change.Finding))
            {
                lines.Write(json =>
                {
                    json.WriteString("kind", "finding");
                    json.WriteString("change", change.Kind.ToString().ToLowerInvariant());
                    FindingJson.Write(json, new LintFinding(change.Finding, change.Finding.Descriptor.Severity), entry);
                });
            }
        }

        foreach (var change in review.Costs)
        {
            foreach (var entry in change.Entries)
            {
                lines.Write(json =>
                {
                    json.WriteString("kind", "cost");
                    json.WriteString("entry", entry);
                    json.WriteString("from", change.Scenario.From);
                    json.WriteString("features", change.Scenario.Options.Features.ToString());
                    json.WriteBoolean("flushPending", change.Scenario.Options.UserFlushPending);
                    Counts(json, "before", change.Before);
                    Counts(json, "after", change.After);
                });
            }
        }

        Verdicts(review.Verdicts, lines);
    }

    private static void Verdicts(VerdictComparison verdicts, JsonLines lines)
    {
        foreach (var change in verdicts.Changes)
        {
            lines.Write(json =>
            {
                json.WriteString("kind", "verdict");
                json.WriteString("entry", change.Entry);
                json.WriteString("from", change.Scenario.From);
                json.WriteString("features", change.Scenario.Options.Features.ToString());
                json.WriteBoolean("flushPending", change.Scenario.Options.UserFlushPending);
                json.WriteString("property", change.Property.Id);
                json.WriteString("before", VerdictJson.NameOf(change.Before));
                json.WriteString("after", VerdictJson.NameOf(change.After));
                json.WriteStartArray("trace");
                foreach (var step in change.Counterexample?.Steps ?? [])
                {
                    json.WriteStringValue(step.Source.Length > 0 ? $"{step.Source}: {step.Text}" : step.Text);
                }

                json.WriteEndArray();
            });
        }
    }

    private static void Counts(Utf8JsonWriter json, string name, PathOutcome? outcome)
    {
        if (outcome is null)
        {
            json.WriteNull(name);
            return;
        }

        var counts = outcome.Counts;
        json.WriteStartObject(name);
        json.WriteNumber("instructions", counts.Instructions);
        json.WriteNumber("cr3Writes", counts.Cr3Writes);
        json.WriteNumber("tlbFlushes", counts.TlbFlushes);
        json.WriteNumber("memoryAccesses", counts.MemoryAccesses);
        json.WriteNumber("copiedWords", counts.CopiedWords);
        json.WriteString("stop", counts.Stop);
        json.WriteString("changedRegisters", outcome.ChangedRegisters);
        json.WriteEndObject();
    }
}
