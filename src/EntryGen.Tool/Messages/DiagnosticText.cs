using System.Globalization;
using EntryGen.Asm.Diagnostics;
using EntryGen.Asm.Gas;
using EntryGen.Asm.Text;

namespace EntryGen.Tool.Messages;

/// <summary>A finding as gcc prints one: how its file was reached, the message, the source line with the characters underlined, the macros around it.</summary>
internal static class DiagnosticText
{
    private const int TabStop = 8;
    private const int LongestLine = 200;
    private const int MostEntries = 4;
    private const int MostSteps = 8;
    private const int MostMacros = 10;

    /// <summary>The lines of a finding.</summary>
    /// <param name="severity">What it is to the command.</param>
    /// <param name="found">The finding.</param>
    /// <param name="includedAt">Where each file was included.</param>
    public static IEnumerable<string> Lines(AsmSeverity severity, AsmDiagnostic found, IReadOnlyDictionary<SourceText, SourceSpan> includedAt)
    {
        var message = $"{Word(severity)}: {found.Message} [{found.Id}]";
        return found.Span is { } span ? [.. Includes(span.Source, includedAt), $"{span}: {message}", .. Excerpt(span), .. Shorten([.. Macros(found)])] : [message];
    }

    private static string Word(AsmSeverity severity) => severity switch
    {
        AsmSeverity.Error => "error",
        AsmSeverity.Warning => "warning",
        _ => "note",
    };

    private static IEnumerable<string> Includes(SourceText file, IReadOnlyDictionary<SourceText, SourceSpan> includedAt)
    {
        var isFirst = true;
        var seen = new HashSet<SourceText>();
        while (seen.Add(file) && includedAt.TryGetValue(file, out var place))
        {
            file = place.Source;
            var isLast = !includedAt.ContainsKey(file);
            yield return $"{(isFirst ? "In file included from" : "                 from")} {file.Path}:{place.Line}{(isLast ? ":" : ",")}";
            isFirst = false;
        }
    }

    private static IEnumerable<string> Excerpt(SourceSpan span)
    {
        var start = span.Source.LineStart(span.Line);
        var text = span.Source.Text;
        var end = text.IndexOf('\n', start);
        var line = text[start..(end < 0 ? text.Length : end)].TrimEnd();
        if (line.Length > LongestLine || line.Any(character => char.IsControl(character) && character != '\t'))
        {
            yield break;
        }

        var first = Math.Min(span.Start - start, line.Length);
        var last = Math.Clamp(span.Start + span.Length - start, first + 1, Math.Max(line.Length, first + 1));
        var margin = span.Line.ToString(CultureInfo.InvariantCulture).PadLeft(5);
        var before = Column(line, first);
        yield return $"{margin} | {Expand(line)}";
        yield return $"{new string(' ', margin.Length)} | {new string(' ', before)}^{new string('~', Math.Max(0, Column(line.PadRight(last), last) - before - 1))}";
    }

    /// <summary>When a finding of a rule happens: entries, features, the way there.</summary>
    public static IEnumerable<string> Detail(AsmDiagnostic found)
    {
        if (found.Detail is not { } detail || found.Span is not { } span)
        {
            yield break;
        }

        // What is wrong with a call is wrong wherever it is reached from.
        var isReached = detail.Entries.Count > 0;
        var features = detail.Features == "any" ? "any CPU features" : $"features {detail.Features}";
        var entries = string.Join(", ", detail.Entries.Take(MostEntries)) + (detail.Entries.Count > MostEntries ? $" and {detail.Entries.Count - MostEntries} more" : "");
        if (isReached)
        {
            yield return $"{span}: note: with {features}, in {entries}";
        }

        foreach (var step in detail.Path.Take(detail.Path.Count - 1).TakeLast(MostSteps))
        {
            yield return $"{(step.Span is { } place ? place.ToString() : span.ToString())}: note: {(isReached ? "by way of " : "")}{step.Text}";
        }
    }

    private static IEnumerable<string> Macros(AsmDiagnostic found)
    {
        for (var expansion = found.Expansion; expansion is not null; expansion = expansion.Parent)
        {
            yield return InExpansion(expansion.Invocation, expansion.MacroName);
        }

        for (var frame = found.Frame; frame is not null; frame = frame.Parent)
        {
            if (frame.CallSite is { } call)
            {
                yield return InExpansion(call, frame.Name);
            }
        }
    }

    // Of a macro that calls itself the innermost calls and the outermost ones say enough.
    private static IEnumerable<string> Shorten(string[] notes) => notes.Length <= MostMacros
        ? notes
        : [.. notes.Take(MostMacros / 2), $"note: {notes.Length - MostMacros} more around these, then", .. notes.TakeLast(MostMacros / 2)];

    private static string InExpansion(SourceSpan place, string macro) => $"{place}: note: in expansion of {(macro[0] == '.' ? "" : "macro ")}'{macro}'";

    private static string Expand(string line)
    {
        var expanded = new System.Text.StringBuilder();
        foreach (var character in line)
        {
            expanded.Append(character == '\t' ? new string(' ', TabStop - (expanded.Length % TabStop)) : character.ToString());
        }

        return expanded.ToString();
    }

    private static int Column(string line, int index) => Expand(line[..index]).Length;
}
