using System.Text.Json;
using EntryGen.Exploration;
using EntryGen.Exploration.Scenarios;
using EntryGen.Kernel;
using EntryGen.Tool.Tracing;
using EntryGen.Tracing;

namespace EntryGen.Tool.Exploring;

/// <summary>The result of a scenario as JSON: one object for each property.</summary>
internal static class ScenarioJson
{
    /// <summary>Where an entry is reached from: <c>user</c>, <c>kernel</c>, <c>kernel,cr3=user,gs=user</c>, <c>user,stack=16-bit</c>, for FRED <c>user,vector=14</c>.</summary>
    public static string Start(StartState start) => (start.From == Side.User ? "user" : "kernel")
        + (start.On16BitStack ? ",stack=16-bit" : "") + (start.Cr3 == Side.User ? ",cr3=user" : "") + (start.Gs == Side.User ? ",gs=user" : "") + (start.Vector is { } vector ? $",vector={vector}" : "");

    /// <summary>Writes the objects.</summary>
    /// <param name="report">What there is to say.</param>
    /// <param name="lines">Where to.</param>
    public static void Write(ScenarioReport report, JsonLines lines)
    {
        var summary = report.Summary;
        foreach (var property in summary.Properties)
        {
            lines.Write(json =>
            {
                json.WriteString("entry", report.Entry);
                json.WriteString("start", report.Start);
                json.WriteString("property", property.Id);
                json.WriteString("verdict", VerdictJson.NameOf(summary.VerdictOn(property)));
                json.WriteNumber("states", summary.States);
                json.WriteNumber("transitions", summary.Transitions);
                json.WriteNumber("depth", summary.Depth);
                if (report.Seconds is { } seconds)
                {
                    json.WriteNumber("seconds", seconds);
                }
                else
                {
                    json.WriteNull("seconds");
                }

                json.WriteStartArray("trace");
                if (property.Violation is not null)
                {
                    WriteTrace(json, report, property);
                }

                json.WriteEndArray();
            });
        }
    }

    // The step that breaks the property says how, and how to do the run again.
    private static void WriteTrace(Utf8JsonWriter json, ScenarioReport report, PropertySummary property)
    {
        using var trace = JsonDocument.Parse(report.Traces[property.Id]);
        var last = trace.RootElement.GetArrayLength() - 1;
        foreach (var (number, step) in trace.RootElement.EnumerateArray().Index())
        {
            if (number < last)
            {
                step.WriteTo(json);
                continue;
            }

            json.WriteStartObject();
            foreach (var field in step.EnumerateObject())
            {
                field.WriteTo(json);
            }

            json.WriteString("violation", property.Violation!.Detail is { } detail ? $"{property.Words}: {detail}" : property.Words);
            json.WriteString("token", report.Token([property]));
            json.WriteEndObject();
        }
    }

    /// <summary>The steps of a run as an array.</summary>
    public static string TraceOf(IReadOnlyList<TraceStep> steps) => JsonLines.ToText(json =>
    {
        json.WriteStartArray();
        foreach (var step in steps)
        {
            json.WriteStartObject();
            TraceJson.WriteStep(json, step);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
