namespace EntryGen.Asm.Text;

/// <summary>What an edit did to a text: in one place, lines were replaced by others; the lines before and behind stand as they were.</summary>
/// <remarks>Lines that a backslash joins count as one, so whoever looks from a character to the ends of its line finds the same in both versions.</remarks>
internal sealed class TextChange
{
    private readonly int _start; // of the lines that were replaced; the same in both
    private readonly int _end; // of the lines that were replaced, in the text before

    private TextChange(SourceText after, int start, int end, int shift)
    {
        After = after;
        _start = start;
        _end = end;
        Shift = shift;
    }

    /// <summary>The text after the edit.</summary>
    public SourceText After { get; }

    /// <summary>How far what is behind the edit moved.</summary>
    public int Shift { get; }

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
            return new TextChange(after, start + 1, start + 1, 0);
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

        return new TextChange(after, start, old.Length - tail, now.Length - old.Length);
    }

    /// <summary>Where characters that stood together stand now; false when the edit touched their lines.</summary>
    /// <param name="offset">Offset of the first one before.</param>
    /// <param name="length">How many they are.</param>
    /// <param name="moved">Its offset after.</param>
    public bool TryMove(int offset, int length, out int moved)
    {
        var isBefore = offset + length <= _start;
        moved = isBefore ? offset : offset + Shift;
        return isBefore || offset >= _end;
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
}
