namespace EntryGen.Tool.Linting;

/// <summary>The difference of two texts as <c>diff -u</c> prints it and <c>patch -p1</c> takes it.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>The lines of the difference; none when there is no difference.</summary>
    /// <param name="path">The file, from the directory in which the patch is to be applied.</param>
    /// <param name="before">Its text.</param>
    /// <param name="after">The text it shall have.</param>
    public static IEnumerable<string> Lines(string path, string before, string after)
    {
        var (old, now) = (Split(before), Split(after));
        var changes = Changes(old, now).ToList();
        if (changes.Count == 0)
        {
            yield break;
        }

        yield return $"--- a/{path}";
        yield return $"+++ b/{path}";
        for (var first = 0; first < changes.Count;)
        {
            // Changes whose context would overlap are one hunk.
            var last = first;
            while (last + 1 < changes.Count && changes[last + 1].Old - changes[last].OldEnd <= 2 * Context)
            {
                last++;
            }

            foreach (var line in Hunk(old, now, changes.GetRange(first, last + 1 - first)))
            {
                yield return line;
            }

            first = last + 1;
        }
    }

    private static IEnumerable<string> Hunk(string[] old, string[] now, List<Change> changes)
    {
        var start = Math.Max(0, changes[0].Old - Context);
        var end = Math.Min(old.Length, changes[^1].OldEnd + Context);
        var startNow = start + changes[0].New - changes[0].Old;
        var lengthNow = end - start + changes.Sum(change => change.NewEnd - change.New - (change.OldEnd - change.Old));
        yield return $"@@ -{Range(start, end - start)} +{Range(startNow, lengthNow)} @@";
        var at = start;
        foreach (var change in changes)
        {
            foreach (var line in Marked(' ', old, at, change.Old).Concat(Marked('-', old, change.Old, change.OldEnd)).Concat(Marked('+', now, change.New, change.NewEnd)))
            {
                yield return line;
            }

            at = change.OldEnd;
        }

        foreach (var line in Marked(' ', old, at, end))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Marked(char mark, string[] lines, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            yield return mark + lines[i].TrimEnd('\n');
            if (!lines[i].EndsWith('\n'))
            {
                yield return "\\ No newline at end of file";
            }
        }
    }

    // Of a part without lines the line before it is named (POSIX diff -u).
    private static string Range(int start, int length) => length == 1 ? $"{start + 1}" : $"{(length == 0 ? start : start + 1)},{length}";

    // Myers 1986, forward: the furthest reach of each diagonal by number of edits, kept to walk back.
    private static IEnumerable<Change> Changes(string[] old, string[] now)
    {
        var head = 0;
        while (head < old.Length && head < now.Length && old[head] == now[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < old.Length - head && tail < now.Length - head && old[^(tail + 1)] == now[^(tail + 1)])
        {
            tail++;
        }

        var steps = Walk(old, now, head, old.Length - tail, now.Length - tail);
        Change? open = null;
        foreach (var (isOld, x, y) in steps)
        {
            if (open is { } change && change.OldEnd == x && change.NewEnd == y)
            {
                open = change with { OldEnd = x + (isOld ? 1 : 0), NewEnd = y + (isOld ? 0 : 1) };
                continue;
            }

            if (open is { } done)
            {
                yield return done;
            }

            open = new Change(x, x + (isOld ? 1 : 0), y, y + (isOld ? 0 : 1));
        }

        if (open is { } final)
        {
            yield return final;
        }
    }

    // The lines taken out and put in, in order, with the place in both texts before each.
    private static List<(bool IsOld, int X, int Y)> Walk(string[] old, string[] now, int head, int oldEnd, int nowEnd)
    {
        var (n, m) = (oldEnd - head, nowEnd - head);
        var reach = new Dictionary<int, int> { [1] = 0 };
        var trace = new List<Dictionary<int, int>>();
        for (var edits = 0; edits <= n + m; edits++)
        {
            trace.Add(new Dictionary<int, int>(reach));
            for (var k = -edits; k <= edits; k += 2)
            {
                var x = k == -edits || (k != edits && reach[k - 1] < reach[k + 1]) ? reach[k + 1] : reach[k - 1] + 1;
                while (x < n && x - k < m && x - k >= 0 && old[head + x] == now[head + x - k])
                {
                    x++;
                }

                reach[k] = x;
                if (x >= n && x - k >= m)
                {
                    return Back(trace, n, m, head);
                }
            }
        }

        return [];
    }

    private static List<(bool IsOld, int X, int Y)> Back(List<Dictionary<int, int>> trace, int n, int m, int head)
    {
        var steps = new List<(bool, int, int)>();
        var (x, y) = (n, m);
        for (var edits = trace.Count - 1; edits > 0; edits--)
        {
            var (reach, k) = (trace[edits], x - y);
            var isNew = k == -edits || (k != edits && reach[k - 1] < reach[k + 1]);
            var before = isNew ? k + 1 : k - 1;
            x = reach[before];
            y = x - before;
            steps.Add((!isNew, head + x, head + y));
        }

        steps.Reverse();
        return steps;
    }

    private static string[] Split(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..end]);
            start = end;
        }

        return [.. lines];
    }

    private readonly record struct Change(int Old, int OldEnd, int New, int NewEnd);
}
