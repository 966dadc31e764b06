using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EntryGen.Tracing.Html;

/// <summary>
/// A run as one self-contained page of HTML: lanes of the state over time, the executed code with its macros, and the step in hand, which the keyboard moves. It loads nothing
/// from anywhere.
/// </summary>
/// <param name="Title">What ran.</param>
/// <param name="Facts">What else there is to say of the run, a few words each.</param>
/// <param name="Steps">The steps.</param>
/// <param name="Before">The lanes before the first step.</param>
/// <param name="Violation">The property that is broken, in words; null when none is.</param>
/// <param name="ViolatedAt">The index of the step with which it is broken, or -1.</param>
public sealed record TracePage(string Title, IReadOnlyList<string> Facts, IReadOnlyList<TraceStep> Steps, Lanes Before, string? Violation = null, int ViolatedAt = -1)
{
    private const string DataMark = "@@DATA@@";

    private static readonly Lane[] _lanes =
    [
        new("CR3", lanes => (lanes.UserHalf ? "U" : "K") + (lanes.Pcid is { } pcid ? $" {pcid.ToString(CultureInfo.InvariantCulture)}" : ""), lanes => lanes.UserHalf ? "user" : "kernel"),
        new("GS", lanes => lanes.Gs.ToString().ToLowerInvariant(), lanes => lanes.Gs.ToString().ToLowerInvariant()),
        new("stack", lanes => lanes.Stack?.Name ?? "?", ToneOfStack),
        new("depth", lanes => lanes.Depth.ToString(CultureInfo.InvariantCulture), _ => "", IsLevel: true),
        new("IF", lanes => lanes.InterruptsEnabled ? "1" : "0", lanes => lanes.InterruptsEnabled ? "on" : "off"),
        new("NMI", lanes => lanes.NmiBlocked ? "blocked" : "open", lanes => lanes.NmiBlocked ? "off" : "on"),
        new("CPL", lanes => lanes.Cpl.ToString(CultureInfo.InvariantCulture), lanes => lanes.Cpl == 3 ? "user" : "kernel"),
    ];

    /// <summary>The page of a recorded run.</summary>
    public static TracePage Of(Trace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var counts = trace.Summary;
        return new TracePage(
            $"{trace.Activation.Entry.Symbol}: {trace.Activation.Description}",
            [
                $"features {trace.Activation.Environment.Options.Features}",
                Count(counts.Instructions, "instruction"),
                Count(counts.Cr3Writes, "CR3 write"),
                Count(counts.TlbFlushes, "TLB flush", "TLB flushes"),
                counts.Stop,
            ],
            trace.Steps,
            trace.Before);
    }

    /// <summary>Writes the page. The same run gives the same bytes.</summary>
    public void Write(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using var template = new StreamReader(typeof(TracePage).Assembly.GetManifestResourceStream(typeof(TracePage), "trace.html")!, Encoding.UTF8);
        var page = template.ReadToEnd();
        var mark = page.IndexOf(DataMark, StringComparison.Ordinal);
        writer.Write(page.AsSpan(0, mark));
        writer.Write(Data());
        writer.Write(page.AsSpan(mark + DataMark.Length));
    }

    /// <summary>The data, encoded so that nothing in it can end the element it stands in.</summary>
    private string Data()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("title", Title);
            Strings(json, "facts", Facts);
            if (Violation is not null)
            {
                json.WriteString("violation", Violation);
            }

            json.WriteStartArray("lanes");
            foreach (var lane in _lanes)
            {
                lane.Write(json, Before, Steps);
            }

            json.WriteEndArray();
            json.WriteStartArray("steps");
            for (var n = 0; n < Steps.Count; n++)
            {
                Write(json, Steps[n], n == ViolatedAt);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, TraceStep step, bool isBad)
    {
        json.WriteStartObject();
        json.WriteString("kind", step.Kind.ToString().ToLowerInvariant());
        json.WriteString("text", step.Kind == TraceStepKind.Function ? $"{step.Text}()" : step.Text.Replace('\t', ' '));
        json.WriteString("location", step.Location);
        json.WriteString("source", step.Source);
        json.WriteString("place", step.Source.Length > 0 ? step.Source[(step.Source.LastIndexOfAny(['/', '\\']) + 1)..] : step.Location);
        if (step.Kind == TraceStepKind.Event)
        {
            json.WriteString("label", step.Text.Split(' ')[0]);
        }

        if (isBad)
        {
            json.WriteBoolean("bad", true);
        }

        Strings(json, "macros", step.MacroStack);
        json.WriteStartArray("notes");
        if (step.Cr3Write is { } write)
        {
            Note(json, "written to CR3", $"0x{write.Value.ToString("x", CultureInfo.InvariantCulture)}, {(write.NoFlush ? "keeps the TLB" : "flushes")}{(write.SameValue ? ", the value it had" : "")}");
        }

        if (step.MemoryAccesses > 0)
        {
            Note(json, "memory accesses", step.MemoryAccesses.ToString(CultureInfo.InvariantCulture));
        }

        if (step.CopiedWords > 0)
        {
            Note(json, "copied from another stack", Count(step.CopiedWords, "word"));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Note(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartArray();
        json.WriteStringValue(name);
        json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static string Count(long count, string one, string? many = null) => $"{count.ToString(CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? one + "s")}";

    private static string ToneOfStack(Lanes lanes) => lanes.Stack?.Kind switch
    {
        Kernel.StackKind.User => "user",
        Kernel.StackKind.Thread => "kernel",
        null => "off",
        _ => "other",
    };

    /// <summary>One line of the chart.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Value">The value in a state.</param>
    /// <param name="Tone">Which colour stands for it.</param>
    /// <param name="IsLevel">It is a number that is drawn as a curve.</param>
    private sealed record Lane(string Name, Func<Lanes, string> Value, Func<Lanes, string> Tone, bool IsLevel = false)
    {
        public void Write(Utf8JsonWriter json, Lanes before, IReadOnlyList<TraceStep> steps)
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteString("before", Value(before));
            if (IsLevel)
            {
                json.WriteBoolean("level", true);
            }

            Strings(json, "values", [.. steps.Select(step => Value(step.Lanes))]);
            Strings(json, "tones", IsLevel ? [] : [.. steps.Select(step => Tone(step.Lanes))]);
            json.WriteEndObject();
        }
    }
}
