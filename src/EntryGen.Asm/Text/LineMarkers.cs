using System.Text;

namespace EntryGen.Asm.Text;

/// <summary>The lines <c># 12 "calling.h"</c> by which a preprocessed or imported file says where its text was written (GCC, Preprocessor Output).</summary>
public static class LineMarkers
{
    /// <summary>A marker: what follows it stands from that line on in that file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line, from 1.</param>
    public static string Write(string path, int line) => $"# {line} \"{path.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    /// <summary>Whether a line is a marker.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the line starts.</param>
    public static bool IsAt(string text, int start) =>
        start < text.Length && text[start] == '#' && TryRead(text, start, text.IndexOf('\n', start) is var end && end < 0 ? text.Length : end, out _, out _);

    /// <summary>The text with each part in the file and line that its marker names; the text itself when it has no markers, or is composed already.</summary>
    public static SourceText Apply(SourceText source)
    {
        if (source.Parts.Any())
        {
            return source;
        }

        List<SourceText>? parts = null;
        var text = source.Text;
        var (path, line) = (source.Path, 1);
        var start = 0;
        for (int lineStart = 0, number = 1; lineStart < text.Length; number++)
        {
            var end = text.IndexOf('\n', lineStart);
            end = end < 0 ? text.Length : end + 1;
            if (text[lineStart] == '#' && TryRead(text, lineStart, end, out var named, out var at))
            {
                parts ??= [];
                AddPart(lineStart);
                parts.Add(new SourceText(source.Path, text.Substring(lineStart, end - lineStart)) { FirstLine = number });
                (path, line, start) = (named, at, end);
            }

            lineStart = end;
        }

        if (parts is null)
        {
            return source;
        }

        AddPart(text.Length);
        return SourceText.Compose(source.Path, parts);

        void AddPart(int end)
        {
            if (end > start)
            {
                parts!.Add(new SourceText(path, text.Substring(start, end - start)) { FirstLine = line });
            }
        }
    }

    // # NUMBER "FILE" FLAGS
    private static bool TryRead(string text, int start, int end, out string path, out int line)
    {
        path = "";
        line = 0;
        var i = start + 1;
        var digits = 0;
        while (i < end && text[i] is ' ' or '\t')
        {
            i++;
        }

        for (; i < end && text[i] is >= '0' and <= '9' && digits < 9; i++, digits++)
        {
            line = (line * 10) + (text[i] - '0');
        }

        if (digits == 0 || i + 1 >= end || text[i] != ' ' || text[i + 1] != '"')
        {
            return false;
        }

        var name = new StringBuilder();
        for (i += 2; i < end && text[i] != '"' && text[i] != '\n'; i++)
        {
            i += text[i] == '\\' && i + 1 < end ? 1 : 0;
            name.Append(text[i]);
        }

        path = name.ToString();
        return i < end && text[i] == '"' && path.Length > 0;
    }
}
