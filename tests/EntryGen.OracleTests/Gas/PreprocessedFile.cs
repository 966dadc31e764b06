using System.Text.RegularExpressions;
using EntryGen.Asm.Cpp;
using EntryGen.Asm.Text;

namespace EntryGen.OracleTests.Gas;

/// <summary>Reads gcc's preprocessor output, following its line markers.</summary>
public static partial class PreprocessedFile
{
    public static IReadOnlyList<LogicalLine> Read(string path)
    {
        var source = new SourceText(path, File.ReadAllText(path));
        var files = new Dictionary<string, SourceText>(StringComparer.Ordinal);
        var lines = new List<LogicalLine>();
        var file = source;
        var line = 0;
        for (var i = 1; i <= source.LineCount; i++)
        {
            var start = source.LineStart(i);
            var end = i < source.LineCount ? source.LineStart(i + 1) - 1 : source.Text.Length;
            var text = source.Text[start..end];
            if (Marker().Match(text) is { Success: true } marker)
            {
                line = int.Parse(marker.Groups[1].Value) - 1;
                if (!files.TryGetValue(marker.Groups[2].Value, out file!))
                {
                    file = files[marker.Groups[2].Value] = new SourceText(marker.Groups[2].Value, "");
                }

                continue;
            }

            line++;
            if (text.Trim().Length > 0)
            {
                lines.Add(new LogicalLine(TracedText.Of(source, start, end - start), file, line));
            }
        }

        return lines;
    }

    [GeneratedRegex("^# (\\d+) \"([^\"]*)\"")]
    private static partial Regex Marker();
}
