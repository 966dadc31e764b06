using System.Text.Json;
using EntryGen.Tracing;

namespace EntryGen.Tool.Tracing;

/// <summary>A trace as JSON: one object a step, the summary last.</summary>
internal static class TraceJson
{
    /// <summary>Writes a trace.</summary>
    public static void Write(Trace trace, TextWriter output)
    {
        var lines = new JsonLines(output);
        foreach (var step in trace.Steps)
        {
            lines.Write(json => WriteStep(json, step));
        }

        lines.Write(json =>
        {
            json.WriteStartObject("summary");
            json.WriteNumber("instructions", trace.Summary.Instructions);
            json.WriteNumber("cr3Writes", trace.Summary.Cr3Writes);
            json.WriteNumber("tlbFlushes", trace.Summary.TlbFlushes);
            json.WriteNumber("memoryAccesses", trace.Summary.MemoryAccesses);
            json.WriteNumber("copiedWords", trace.Summary.CopiedWords);
            json.WriteString("stop", trace.Summary.Stop);
            json.WriteEndObject();
        });
    }

    /// <summary>Writes the properties of one step.</summary>
    internal static void WriteStep(Utf8JsonWriter json, TraceStep step)
    {
        json.WriteNumber("step", step.Number);
        json.WriteString("kind", step.Kind.ToString().ToLowerInvariant());
        json.WriteString("text", step.Text);
        json.WriteString("location", step.Location);
        if (step.Kind == TraceStepKind.Instruction)
        {
            var colon = step.Source.LastIndexOf(':');
            json.WriteString("file", step.Source[..colon]);
            json.WriteNumber("line", int.Parse(step.Source.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture));
            json.WriteStartArray("stack");
            foreach (var macro in step.MacroStack)
            {
                json.WriteStringValue(macro);
            }

            json.WriteEndArray();
            json.WriteNumber("memoryAccesses", step.MemoryAccesses);
        }

        json.WriteNumber("copiedWords", step.CopiedWords);
        WriteLanes(json, step.Lanes);
        json.WriteStartArray("changed");
        foreach (var change in Enum.GetValues<LaneChanges>().Where(change => change != LaneChanges.None && step.Changes.HasFlag(change)))
        {
            json.WriteStringValue(NameOf(change));
        }

        json.WriteEndArray();
        if (step.Cr3Write is { } write)
        {
            json.WriteStartObject("cr3Write");
            json.WriteString("value", $"0x{write.Value:x}");
            json.WriteBoolean("noflush", write.NoFlush);
            json.WriteEndObject();
        }
    }

    private static void WriteLanes(Utf8JsonWriter json, Lanes lanes)
    {
        json.WriteString("cr3", lanes.UserHalf ? "user" : "kernel");
        if (lanes.Pcid is { } pcid)
        {
            json.WriteNumber("pcid", pcid);
        }
        else
        {
            json.WriteNull("pcid");
        }

        json.WriteString("gs", lanes.Gs.ToString().ToLowerInvariant());
        json.WriteString("stackObject", lanes.Stack?.Name);
        json.WriteNumber("stackDepth", lanes.Depth);
        json.WriteNumber("if", lanes.InterruptsEnabled ? 1 : 0);
        json.WriteNumber("cpl", lanes.Cpl);
    }

    /// <summary>The property that a change is about.</summary>
    private static string NameOf(LaneChanges change) => change switch
    {
        LaneChanges.Cr3 => "cr3",
        LaneChanges.Gs => "gs",
        LaneChanges.Stack => "stackObject",
        LaneChanges.Interrupts => "if",
        _ => "cpl",
    };
}
