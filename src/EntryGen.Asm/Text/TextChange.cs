namespace EntryGen.Asm.Text;

/// <summary>What edits did to a text, one after the other: in one place each, lines were replaced by others; the lines before and behind stand as they were.</summary>
/// <remarks>Lines that a backslash joins count as one, so whoever looks from a character to the ends of its line finds the same in both versions.</remarks>
internal sealed class TextChange
{
    private readonly Edit[] _edits;

    private TextChange(SourceText after, params Edit[] edits)
    {
        After = after;
        _edits = edits;
    }

    /// <summary>The text after the last edit.</summary>
    public SourceText After { get; }

    /// <summary>Compares two versions.</summary>
    public static TextChange Between(SourceText before, SourceText after)
    {
        var (old, now) = (before.Text, after.Text);
        var shorter = Math.Min(old.Length, now.Length);
        var start = 0;
        while (start < shorter && old[start] == now[start])
        {
            start++;
        }

        if (start == old.Length && start == now.Length)
        {
            // The end is part of the last line.
            return new TextChange(after, new Edit(start + 1, start + 1, 0));
        }

        while (!IsLineStart(old, start))
        {
            start--;
        }

        var tail = 0;
        while (tail < shorter - start && old[old.Length - 1 - tail] == now[now.Length - 1 - tail])
        {
            tail++;
        }

        while (tail > 0 && !(IsLineStart(old, old.Length - tail) && IsLineStart(now, now.Length - tail)))
        {
            tail--;
        }

        return new TextChange(after, new Edit(start, old.Length - tail, now.Length - old.Length));
    }

    /// <summary>Where characters that stood together stand now; false when the edit touched their lines.</summary>
    /// <param name="offset">Offset of the first one before.</param>
    /// <param name="length">How many they are.</param>
    /// <param name="moved">Its offset after.</param>
    public bool TryMove(int offset, int length, out int moved)
    {
        moved = offset;
        foreach (var edit in _edits)
        {
            if (moved + length > edit.Start)
            {
                if (moved < edit.End)
                {
                    return false;
                }

                moved += edit.Shift;
            }
        }

        return true;
    }

    /// <summary>This change and another after it.</summary>
    public TextChange Then(TextChange next)
    {
        var last = _edits[_edits.Length - 1];
        var first = next._edits[0];

        // Who types edits one place again and again.
        return first.Start >= last.Start && first.End <= last.End + last.Shift
            ? new TextChange(next.After, [.. _edits.Take(_edits.Length - 1), last with { Shift = last.Shift + first.Shift }, .. next._edits.Skip(1)])
            : new TextChange(next.After, [.. _edits, .. next._edits]);
    }

    private static bool IsLineStart(string text, int index)
    {
        if (index == 0)
        {
            return true;
        }

        if (text[index - 1] != '\n')
        {
            return false;
        }

        var last = index - 2;
        last -= last >= 0 && text[last] == '\r' ? 1 : 0;
        return last < 0 || text[last] != '\\';
    }

    /// <summary>Lines that were replaced.</summary>
    /// <param name="Start">Offset of their first character; the same before and after.</param>
    /// <param name="End">Offset behind their last character, before.</param>
    /// <param name="Shift">How far what is behind moved.</param>
    private readonly record struct Edit(int Start, int End, int Shift);
}
