using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntryGen.Exploration;

/// <summary>A verdict as JSON lines: one object for each property.</summary>
public static class VerdictJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a verdict is called.</summary>
    /// <param name="verdict">The verdict.</param>
    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.HoldsWithinBounds => "holds",
        Verdict.Violated => "violated",
        Verdict.BoundHit => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    /// <summary>
    /// The lines of a result, each ended by a newline, with the keys <c>entry start property verdict states transitions depth seconds trace</c>. The trace is a
    /// list of objects with <c>step</c> and <c>state</c>, the initial state first; empty unless the property is violated.
    /// </summary>
    /// <param name="result">The result.</param>
    /// <param name="entry">What was explored.</param>
    /// <param name="start">Where from.</param>
    /// <param name="timed">Whether <c>seconds</c> is to be filled; null otherwise, so that the same exploration gives the same bytes.</param>
    public static string Of(ExplorationResult result, string entry, string start, bool timed = true)
    {
        var lines = new StringBuilder();
        foreach (var property in result.Properties)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, Options))
            {
                Write(json, result, property, entry, start, timed);
            }

            lines.Append(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length)).Append('\n');
        }

        return lines.ToString();
    }

    private static void Write(Utf8JsonWriter json, ExplorationResult result, PropertyResult property, string entry, string start, bool timed)
    {
        json.WriteStartObject();
        json.WriteString("entry", entry);
        json.WriteString("start", start);
        json.WriteString("property", property.Id);
        json.WriteString("verdict", NameOf(property.Verdict));
        json.WriteNumber("states", result.States);
        json.WriteNumber("transitions", result.Transitions);
        json.WriteNumber("depth", result.Depth);
        if (timed)
        {
            json.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
        }
        else
        {
            json.WriteNull("seconds");
        }

        json.WriteStartArray("trace");
        if (property.Counterexample is { } counterexample)
        {
            foreach (var step in counterexample.Steps.Prepend(counterexample.Start))
            {
                json.WriteStartObject();
                json.WriteString("step", step.Name);
                json.WriteString("state", step.Description);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
