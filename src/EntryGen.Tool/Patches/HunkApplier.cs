namespace EntryGen.Tool.Patches;

/// <summary>Applies the hunks of a file to its text.</summary>
internal static class HunkApplier
{
    /// <summary>What came of it.</summary>
    /// <param name="Text">The new text.</param>
    /// <param name="Lines">Where its lines were before.</param>
    /// <param name="Notes">Hunks that applied somewhere else than they say, or only without regard to white space.</param>
    /// <param name="Failures">A message for each hunk that does not apply; then the rest means nothing.</param>
    public sealed record Result(string Text, LineMap Lines, IReadOnlyList<string> Notes, IReadOnlyList<string> Failures);

    /// <summary>Applies all.</summary>
    /// <param name="patch">The patch file, for messages.</param>
    /// <param name="file">What to do.</param>
    /// <param name="text">The text before.</param>
    /// <remarks>
    /// As patch does without fuzz: every line that a hunk removes or keeps must be there, at the line it names or, when lines moved, at the nearest place behind the hunk before.
    /// Where that fails, runs of blanks and tabs are taken as one blank: mails and archives lose tabs.
    /// </remarks>
    public static Result Apply(string patch, FilePatch file, string text)
    {
        // The last line ends with a newline, or there is none after it: an empty last piece stands for the former.
        var old = text.Length == 0 ? [] : text.Split('\n');
        var output = new List<string>(old.Length);
        var lines = new List<int>(old.Length);
        var (notes, failures) = (new List<string>(), new List<string>());
        var (done, shift) = (0, 0);
        for (var n = 0; n < file.Hunks.Count; n++)
        {
            var hunk = file.Hunks[n];
            string[] expected = [.. hunk.Old.Select(line => line.Text)];
            var named = Math.Max(0, hunk.OldStart - (expected.Length == 0 ? 0 : 1));
            var name = $"{patch}:{hunk.Line}:1: hunk {n + 1} of {file.Path}";
            var isExact = true;
            if (Find(old, expected, named + shift, done, Same) is not { } place)
            {
                isExact = false;
                if (Find(old, expected, named + shift, done, SameButForBlanks) is not { } loose)
                {
                    failures.Add($"{name} does not apply: {Reason(old, hunk, named + shift, done)}");
                    continue;
                }

                place = loose;
                notes.Add($"{name} applies only when blanks and tabs are taken for the same.");
            }

            if (place != named + shift && isExact)
            {
                notes.Add($"{name} applies at line {place + 1} instead of {named + 1}.");
            }

            shift = place - named;
            Copy(place);
            foreach (var line in hunk.Lines)
            {
                if (line.Kind == HunkLineKind.Added)
                {
                    output.Add(line.Text);
                    lines.Add(0);
                }
                else
                {
                    if (line.Kind == HunkLineKind.Context)
                    {
                        output.Add(old[done]);
                        lines.Add(done + 1);
                    }

                    done++;
                }
            }
        }

        Copy(old.Length);
        End(file, output, lines);
        return new Result(string.Join('\n', output), new LineMap([.. lines]), notes, failures);

        void Copy(int end)
        {
            for (; done < end; done++)
            {
                output.Add(old[done]);
                lines.Add(done + 1);
            }
        }
    }

    /// <summary>A last line that is empty stands for the newline at the end. Whether there is one changes where the patch says so, and a new file has one.</summary>
    private static void End(FilePatch file, List<string> output, List<int> lines)
    {
        var isUnended = file.Hunks.Any(hunk => hunk.New.Any(line => line.IsUnended));
        var wasUnended = file.Hunks.Any(hunk => hunk.Old.Any(line => line.IsUnended));
        var hasNewline = output.Count == 0 || output[^1].Length == 0;
        if (isUnended && hasNewline && output.Count > 1)
        {
            output.RemoveAt(output.Count - 1);
            lines.RemoveAt(lines.Count - 1);
        }
        else if (!isUnended && !hasNewline && (wasUnended || file.OldPath is null))
        {
            output.Add("");
            lines.Add(0);
        }
    }

    /// <summary>The place nearest to the one wanted at which the lines stand.</summary>
    private static int? Find(string[] text, string[] expected, int wanted, int first, Func<string, string, bool> same)
    {
        var last = text.Length - expected.Length;
        if (last < first)
        {
            return null;
        }

        wanted = Math.Clamp(wanted, first, last);
        for (var distance = 0; distance <= text.Length; distance++)
        {
            foreach (var place in distance == 0 ? [wanted] : new[] { wanted - distance, wanted + distance })
            {
                if (place >= first && place <= last && StandsAt(text, expected, place, same))
                {
                    return place;
                }
            }

            if (expected.Length == 0)
            {
                break; // only added lines: there is nothing to look for
            }
        }

        return null;
    }

    private static bool StandsAt(string[] text, string[] expected, int place, Func<string, string, bool> same)
    {
        for (var n = 0; n < expected.Length; n++)
        {
            if (!same(text[place + n], expected[n]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What is wrong, in words for whoever has to repair the patch.</summary>
    private static string Reason(string[] text, Hunk hunk, int place, int first)
    {
        string[] result = [.. hunk.New.Select(line => line.Text)];
        if (result.Length > 0 && Find(text, result, place, first, Same) is { } there)
        {
            return $"what it makes is there already, at line {there + 1}.";
        }

        // The place at which most of the lines stand is the one that was meant.
        HunkLine[] expected = [.. hunk.Old];
        var (best, most) = (Math.Clamp(place, 0, Math.Max(0, text.Length - 1)), 0);
        for (var start = first; start + expected.Length <= text.Length; start++)
        {
            var matches = 0;
            for (var n = 0; n < expected.Length; n++)
            {
                matches += expected[n].Text.Length > 0 && SameButForBlanks(text[start + n], expected[n].Text) ? 1 : 0;
            }

            if (matches > most || (matches == most && most > 0 && Math.Abs(start - place) < Math.Abs(best - place)))
            {
                (best, most) = (start, matches);
            }
        }

        if (most == 0)
        {
            return "none of the lines that it expects are in the file: is the patch for another version?";
        }

        var wrong = Array.FindIndex(expected, line => !SameButForBlanks(text[best + Array.IndexOf(expected, line)], line.Text));
        return wrong < 0
            ? "its lines stand before those of the hunk before it."
            : $"line {best + wrong + 1} should be '{expected[wrong].Text.Trim()}' and is '{text[best + wrong].Trim()}'.";
    }

    private static bool Same(string left, string right) => left.AsSpan().TrimEnd('\r').SequenceEqual(right.AsSpan().TrimEnd('\r'));

    private static bool SameButForBlanks(string left, string right)
    {
        var a = left.AsSpan().Trim();
        var b = right.AsSpan().Trim();
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (IsBlank(a[0]) && IsBlank(b[0]))
            {
                a = a.TrimStart();
                b = b.TrimStart();
            }
            else if (a[0] == b[0])
            {
                a = a[1..];
                b = b[1..];
            }
            else
            {
                return false;
            }
        }

        return a.IsEmpty && b.IsEmpty;
    }

    private static bool IsBlank(char character) => character is ' ' or '\t' or '\r';
}
