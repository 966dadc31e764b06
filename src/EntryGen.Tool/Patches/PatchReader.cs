using System.Globalization;
using System.Text.RegularExpressions;
using EntryGen.Tool.Messages;

namespace EntryGen.Tool.Patches;

/// <summary>
/// Reads unified diffs: what <c>diff -u</c> and <c>git diff</c> write, mails of <c>git format-patch</c>, and mailboxes of several. Everything that is no diff is passed
/// over, so a mail can be given as it came.
/// </summary>
internal sealed partial class PatchReader
{
    private const string NoFile = "/dev/null";

    private readonly string _path;
    private readonly string[] _lines;
    private readonly List<FilePatch> _files = [];
    private int _next;

    private PatchReader(string path, string text)
    {
        _path = path;
        _lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
    }

    /// <summary>Reads a patch.</summary>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="text">What is in it.</param>
    /// <returns>The changes in the order in which they are to be made; one file may be changed several times.</returns>
    /// <exception cref="InputException">There is no diff in it, or one is damaged.</exception>
    public static Patch Read(string path, string text)
    {
        var reader = new PatchReader(path, text);
        reader.ReadAll();
        return new Patch(path, reader.Subjects(), reader._files);
    }

    private void ReadAll()
    {
        while (_next < _lines.Length)
        {
            if (IsFileHeader(_next))
            {
                ReadFile();
            }
            else if (GitHeader.At(_lines, _next) is { } header)
            {
                _next = header.End;
                if (!IsFileHeader(_next))
                {
                    _files.Add(header.File);
                }
                else
                {
                    ReadFile(header.File);
                }
            }
            else
            {
                _next++;
            }
        }

        if (_files.Count == 0)
        {
            throw new InputException(_lines.Any(line => line.StartsWith("@@@ -", StringComparison.Ordinal))
                ? $"{_path}:1:1: the diff in it is that of a merge, against both parents; give the diff against one of them."
                : _lines.Any(line => QuotedDiff().IsMatch(line))
                ? $"{_path}:1:1: the only diff in it is a quoted one, and replies cut diffs up; give the patch itself."
                : $"{_path}:1:1: there is no unified diff in it: no '--- a/FILE' and '+++ b/FILE' lines with hunks behind them.");
        }
    }

    /// <summary>What mails in it say it is about.</summary>
    private List<string> Subjects()
    {
        var subjects = new List<string>();
        for (var n = 0; n < _lines.Length; n++)
        {
            if (_lines[n].StartsWith("Subject: ", StringComparison.Ordinal))
            {
                var subject = _lines[n]["Subject: ".Length..].Trim();
                while (n + 1 < _lines.Length && _lines[n + 1].StartsWith(' '))
                {
                    subject += " " + _lines[++n].Trim();
                }

                subjects.Add(SubjectPrefix().Replace(subject, ""));
            }
        }

        return subjects;
    }

    private bool IsFileHeader(int line) =>
        line + 2 < _lines.Length
        && _lines[line].StartsWith("--- ", StringComparison.Ordinal)
        && _lines[line + 1].StartsWith("+++ ", StringComparison.Ordinal)
        && _lines[line + 2].StartsWith("@@ ", StringComparison.Ordinal);

    private void ReadFile(FilePatch? header = null)
    {
        var start = _next;
        var (oldPath, newPath) = (PathOf(_lines[_next]), PathOf(_lines[_next + 1]));
        if (oldPath is null && newPath is null)
        {
            throw Damaged(start, $"both files are {NoFile}");
        }

        _next += 2;
        var hunks = new List<Hunk>();
        while (_next < _lines.Length && _lines[_next].StartsWith("@@ ", StringComparison.Ordinal))
        {
            hunks.Add(ReadHunk());
        }

        _files.Add(new FilePatch(oldPath, newPath, start + 1, hunks) { IsCopy = header is { IsCopy: true }, IsRename = header is { IsRename: true } });
    }

    private Hunk ReadHunk()
    {
        var start = _next++;
        var header = HunkHeader().Match(_lines[start]);
        if (!header.Success)
        {
            throw Damaged(start, "the line should be '@@ -LINE,COUNT +LINE,COUNT @@'");
        }

        var (oldLeft, newLeft) = (Number(start, header.Groups[2], 1), Number(start, header.Groups[4], 1));
        var lines = new List<HunkLine>();
        while (oldLeft > 0 || newLeft > 0)
        {
            if (_next == _lines.Length)
            {
                throw Damaged(start, $"the patch ends inside this hunk, {Math.Max(oldLeft, newLeft)} lines before its end");
            }

            var line = _lines[_next++];
            HunkLineKind kind;
            switch (line)
            {
                // Mail programs take away the blank that is all of an empty line.
                case "":
                case [' ', ..]:
                    kind = HunkLineKind.Context;
                    oldLeft--;
                    newLeft--;
                    break;
                case ['+', ..]:
                    kind = HunkLineKind.Added;
                    newLeft--;
                    break;
                case ['-', ..]:
                    kind = HunkLineKind.Removed;
                    oldLeft--;
                    break;
                case ['\\', ..]:
                    MarkUnended();
                    continue;
                default:
                    throw Damaged(_next - 1, lines.Count == 0 ? "the line belongs to the header before it: a mail program broke it" : "a line of a hunk starts with ' ', '+' or '-'");
            }

            if (oldLeft < 0 || newLeft < 0)
            {
                throw Damaged(_next - 1, "the hunk has more lines here than its header counts");
            }

            lines.Add(new HunkLine(kind, line.Length == 0 ? "" : line[1..], _next));
        }

        if (_next < _lines.Length && _lines[_next].StartsWith('\\'))
        {
            _next++;
            MarkUnended();
        }

        return new Hunk(Number(start, header.Groups[1], 0), start + 1, lines);

        // "\ No newline at end of file" speaks of the line before it.
        void MarkUnended()
        {
            if (lines.Count > 0)
            {
                lines[^1] = lines[^1] with { IsUnended = true };
            }
        }
    }

    private int Number(int line, Group digits, int absent) =>
        !digits.Success ? absent : int.TryParse(digits.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Damaged(line, $"{digits.Value} is no line number");

    /// <summary>The path of a <c>---</c> or <c>+++</c> line without the time that diff adds; null for none.</summary>
    private static string? PathOf(string header)
    {
        var path = header["--- ".Length..];
        path = Time().Replace(path, "").Trim().Trim('"');
        if (path == NoFile)
        {
            return null;
        }

        return path;
    }

    private InputException Damaged(int line, string what) => new($"{_path}:{line + 1}:1: the patch is damaged: {what}.");

    [GeneratedRegex(@"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")]
    private static partial Regex HunkHeader();

    // A tab and the time, as diff writes them; mail archives make blanks of the tab.
    [GeneratedRegex(@"\t.*$|\s+\d{4}-\d\d-\d\d \d\d:.*$")]
    private static partial Regex Time();

    [GeneratedRegex(@"^>[> ]*(\+\+\+ |@@ -\d)")]
    private static partial Regex QuotedDiff();

    [GeneratedRegex(@"^(\[[^\]]*\]\s*|(?i:re):\s*)+")]
    private static partial Regex SubjectPrefix();
}
