using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>The lines at the start and at the end of a unit that are the same in two readings: what an edit in one place leaves.</summary>
internal sealed class UnchangedLines
{
    private readonly FileText _before;
    private readonly FileText _after;
    private readonly int _head; // characters; the same in both
    private readonly int _tail; // characters

    public UnchangedLines(FileText before, FileText after, SourceVersions versions)
    {
        _before = before;
        _after = after;
        var least = Math.Min(before.LineCount, after.LineCount);
        var head = 0;
        while (head < least && AreSame(head, head, versions))
        {
            head++;
        }

        var tail = 0;
        while (tail < least - head && AreSame(before.LineCount - 1 - tail, after.LineCount - 1 - tail, versions))
        {
            tail++;
        }

        _head = before.Start(head);
        _tail = before.Text.Length - before.Start(before.LineCount - tail);
    }

    /// <summary>Where a character of an unchanged line stood before; null for one of a line that is new.</summary>
    public int? Find(int index) => index < _head ? index
        : index >= _after.Text.Length - _tail ? index - _after.Text.Length + _before.Text.Length
        : null;

    /// <summary>Whether a part of the text before, of which the first character is in an unchanged line, is there altogether, its lines as far from each other as they were.</summary>
    public bool HaveAll(int start, int end)
    {
        if (start < _head && end > _head)
        {
            return false;
        }

        var first = _before.LineAt(start);
        var move = (start < _head ? first : first - _before.LineCount + _after.LineCount) - first;
        var (old, now) = (_before.Line(first), _after.Line(first + move));
        for (var line = first + 1; _before.Start(line) < end; line++)
        {
            var (nextOld, nextNow) = (_before.Line(line), _after.Line(line + move));
            if (!ReferenceEquals(nextOld.File, old.File) || !ReferenceEquals(nextNow.File, now.File) || nextNow.Line - nextOld.Line != now.Line - old.Line)
            {
                return false;
            }
        }

        return true;
    }

    private bool AreSame(int before, int after, SourceVersions versions)
    {
        var start = _before.Start(before);
        var index = _after.Start(after);
        var length = _before.Start(before + 1) - start;
        return _after.Start(after + 1) - index == length && versions.AreSame(_before.Text, start, length, _after.Text, index);
    }
}
