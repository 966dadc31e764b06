using System.Globalization;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary><c># 12 "file"</c>, as a preprocessor that ran before leaves it: says where the lines that follow are from.</summary>
/// <param name="File">The file that it names.</param>
/// <param name="Offset">What it adds to the numbers of the lines that follow.</param>
internal readonly record struct LineMarker(SourceText File, int Offset)
{
    /// <summary>Reads a line; false when it is no marker.</summary>
    /// <param name="line">The line.</param>
    /// <param name="current">The file of the marker in force, or null.</param>
    /// <param name="marker">The marker.</param>
    public static bool TryRead(LogicalLine line, SourceText? current, out LineMarker marker)
    {
        marker = default;
        var text = line.Text.Text;
        var start = Characters.SkipBlanks(text, 0, text.Length);
        if (start >= text.Length || text[start] != '#')
        {
            return false;
        }

        start = Characters.SkipBlanks(text, start + 1, text.Length);
        var end = start;
        while (end < text.Length && Characters.IsDigit(text[end]))
        {
            end++;
        }

        if (end == start || !int.TryParse(text.Substring(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var quote = Characters.SkipBlanks(text, end, text.Length);
        if (quote >= text.Length || text[quote] != '"' || Characters.StringEnd(text, quote, text.Length) is var close && close >= text.Length)
        {
            return false;
        }

        var path = text.Substring(quote + 1, close - quote - 1).Replace("\\\"", "\"").Replace("\\\\", "\\");
        marker = new LineMarker(current?.Path == path ? current : new SourceText(path, ""), number - line.Line - 1);
        return true;
    }

    /// <summary>The number of a line that follows.</summary>
    public int LineOf(LogicalLine line) => line.Line + Offset;
}
