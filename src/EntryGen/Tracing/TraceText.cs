using System.Globalization;
using System.Text;

namespace EntryGen.Tracing;

/// <summary>
/// Writes a trace as plain text: one line a step, the lanes in fixed columns on the left, a <c>*</c> behind each value that the step changed, and at each
/// write of CR3 whether it flushed.
/// </summary>
public static class TraceText
{
    private const int NumberWidth = 4;
    private const int Cr3Width = 16;
    private const int GsWidth = 8;
    private const int StackWidth = 13;
    private const int FlagWidth = 4;
    private const int LeastSourceWidth = 22;
    private const int TextWidth = 44;

    /// <summary>Writes headings, steps and counts.</summary>
    public static void Write(TextWriter writer, Trace trace)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(trace);
        var sourceWidth = Math.Max(LeastSourceWidth, trace.Steps.Max(step => FileName(step.Source).Length) + 2);
        writer.WriteLine(Heading(sourceWidth));
        writer.WriteLine(Line("", Cr3(trace.Before, null, false), trace.Before, LaneChanges.None, "", sourceWidth, $"({trace.Activation.Entry.Symbol})", []));
        foreach (var step in trace.Steps)
        {
            writer.WriteLine(Line(step, sourceWidth));
        }

        writer.WriteLine();
        WriteSummary(writer, trace.Summary);
    }

    /// <summary>
    /// Writes headings and steps in short: lanes only where a step changed them, and of instructions that one source line expands to without such a change
    /// only the first, with how many there are.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="label">What happened first.</param>
    /// <param name="before">The lanes before.</param>
    /// <param name="steps">The steps.</param>
    public static void WriteChanges(TextWriter writer, string label, Lanes before, IReadOnlyList<TraceStep> steps)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(steps);
        var sourceWidth = Math.Max(LeastSourceWidth, steps.Select(step => FileName(step.Source).Length).DefaultIfEmpty().Max() + 2);
        writer.WriteLine(Heading(sourceWidth));
        writer.WriteLine(Line("", Cr3(before, null, false), before, LaneChanges.None, "", sourceWidth, $"({label})", []));
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            var first = i;
            while (i + 1 < steps.Count && IsMoreOf(step, steps[i + 1]))
            {
                i++;
            }

            writer.WriteLine(ChangeLine(step, i - first, sourceWidth));
        }
    }

    private static bool IsMoreOf(TraceStep first, TraceStep next) => first.Kind == TraceStepKind.Instruction && next.Kind == TraceStepKind.Instruction
        && (first.Changes | next.Changes) == LaneChanges.None && first.Cr3Write is null && next.Cr3Write is null
        && first.MacroStack.Count > 0 && next.MacroStack.Count > 0 && first.MacroStack[0] == next.MacroStack[0] && first.Source == next.Source;

    private static string ChangeLine(TraceStep step, int more, int sourceWidth)
    {
        var (lanes, changes) = (step.Lanes, step.Changes);
        var text = step.Kind switch
        {
            TraceStepKind.Function => $"[{step.Text}]",
            TraceStepKind.Event => $"--- {step.Text} -> {step.Location}",
            _ => step.Text.Replace('\t', ' ') + (more == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {more} more")),
        };
        var line = new StringBuilder()
            .Append(step.Number.ToString(CultureInfo.InvariantCulture).PadLeft(NumberWidth)).Append("  ")
            .Append(Column(step.Cr3Write is not null || changes.HasFlag(LaneChanges.Cr3) ? Cr3(lanes, step.Cr3Write, false) : "", Cr3Width))
            .Append(Column(changes.HasFlag(LaneChanges.Gs) ? Gs(lanes) : "", GsWidth))
            .Append(Column(changes.HasFlag(LaneChanges.Stack) ? Stack(lanes) : "", StackWidth))
            .Append(Column(changes.HasFlag(LaneChanges.Interrupts) ? lanes.InterruptsEnabled ? "1" : "0" : "", FlagWidth))
            .Append(Column(changes.HasFlag(LaneChanges.Cpl) ? lanes.Cpl.ToString(CultureInfo.InvariantCulture) : "", FlagWidth))
            .Append(Column(FileName(step.Source), sourceWidth))
            .Append(Column(text, TextWidth))
            .AppendJoin(" > ", step.MacroStack.Select(macro => macro.Split('@')[0]));
        return line.ToString().TrimEnd();
    }

    private static string Heading(int sourceWidth) => new StringBuilder()
        .Append("#".PadLeft(NumberWidth)).Append("  ")
        .Append("CR3".PadRight(Cr3Width)).Append("GS".PadRight(GsWidth)).Append("stack".PadRight(StackWidth))
        .Append("IF".PadRight(FlagWidth)).Append("CPL".PadRight(FlagWidth))
        .Append("source".PadRight(sourceWidth)).Append("instruction".PadRight(TextWidth)).Append("macros")
        .ToString();

    private static string Line(TraceStep step, int sourceWidth)
    {
        var text = step.Kind switch
        {
            TraceStepKind.Function => $"[{step.Text}]",
            TraceStepKind.Event => $"--- {step.Text} -> {step.Location}",
            _ => step.Text,
        };
        return Line(
            step.Number.ToString(CultureInfo.InvariantCulture), Cr3(step.Lanes, step.Cr3Write, step.Changes.HasFlag(LaneChanges.Cr3)), step.Lanes, step.Changes,
            FileName(step.Source), sourceWidth, text, step.MacroStack);
    }

    /// <summary>Writes the counts, one a line.</summary>
    public static void WriteSummary(TextWriter writer, TraceSummary summary)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(summary);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"instructions     {summary.Instructions}"));
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CR3 writes       {summary.Cr3Writes}"));
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"TLB flushes      {summary.TlbFlushes}"));
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory accesses  {summary.MemoryAccesses}"));
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"copied words     {summary.CopiedWords}"));
        writer.WriteLine($"stop             {summary.Stop}");
    }

    private static string Line(
        string number, string cr3, Lanes lanes, LaneChanges changes, string source, int sourceWidth, string text, IReadOnlyList<string> macros)
    {
        var line = new StringBuilder()
            .Append(number.PadLeft(NumberWidth)).Append("  ")
            .Append(Column(cr3, Cr3Width))
            .Append(Column(Marked(Gs(lanes), changes, LaneChanges.Gs), GsWidth))
            .Append(Column(Marked(Stack(lanes), changes, LaneChanges.Stack), StackWidth))
            .Append(Column(Marked(lanes.InterruptsEnabled ? "1" : "0", changes, LaneChanges.Interrupts), FlagWidth))
            .Append(Column(Marked(lanes.Cpl.ToString(CultureInfo.InvariantCulture), changes, LaneChanges.Cpl), FlagWidth))
            .Append(Column(source, sourceWidth))
            .Append(Column(text.Replace('\t', ' '), TextWidth));
        for (var i = 0; i < macros.Count; i++)
        {
            line.Append(i == 0 ? "" : " > ").Append(macros[i].Split('@')[0]);
        }

        return line.ToString().TrimEnd();
    }

    private static string Cr3(Lanes lanes, Cr3Write? write, bool changed)
    {
        var text = lanes.UserHalf ? "U" : "K";
        if (lanes.Pcid is { } pcid)
        {
            text += string.Create(CultureInfo.InvariantCulture, $" {pcid}");
        }

        text = changed ? text + "*" : text;
        return write switch
        {
            null => text,
            { NoFlush: true } => text + " noflush",
            _ => text + " flush",
        };
    }

    private static string Gs(Lanes lanes) => lanes.Gs switch
    {
        GsOwner.Kernel => "kernel",
        GsOwner.User => "user",
        _ => "?",
    };

    private static string Stack(Lanes lanes) =>
        lanes.Stack is { } stack ? string.Create(CultureInfo.InvariantCulture, $"{stack.Name}+{lanes.Depth}") : "?";

    private static string Marked(string text, LaneChanges changes, LaneChanges lane) => changes.HasFlag(lane) ? text + "*" : text;

    private static string Column(string text, int width) => text.Length < width ? text.PadRight(width) : text + " ";

    private static string FileName(string source) => source[(source.LastIndexOfAny(['/', '\\']) + 1)..];
}
