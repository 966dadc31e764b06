namespace EntryGen.Asm.Text;

/// <summary>The texts of two readings of a unit, of which one was edited into the other: says what is the same in both and carries it over.</summary>
internal sealed class SourceVersions
{
    private readonly Dictionary<SourceText, TextChange> _changes = [];
    private readonly Dictionary<CppExpansion, CppExpansion> _expansions = new(ByReference<CppExpansion>.Comparer); // of those that are not the same object
    private SourceText? _source; // looked up last
    private TextChange? _change;
    private CppExpansion? _use; // looked up last
    private CppExpansion? _useNow;

    /// <summary>Compares the files of two readings, each with the one that has its path.</summary>
    public SourceVersions(IEnumerable<SourceText> before, IEnumerable<SourceText> after)
    {
        var known = new Dictionary<string, Queue<SourceText>>(StringComparer.Ordinal);
        foreach (var text in before.SelectMany(WithParts))
        {
            if (!known.TryGetValue(text.Path, out var texts))
            {
                known.Add(text.Path, texts = new Queue<SourceText>());
            }

            texts.Enqueue(text);
        }

        foreach (var text in after.SelectMany(WithParts))
        {
            if (known.TryGetValue(text.Path, out var texts) && texts.Count > 0 && texts.Dequeue() is var old && !ReferenceEquals(old, text))
            {
                _changes[old] = TextChange.Between(old, text);
            }
        }
    }

    private SourceVersions(SourceVersions before, SourceVersions now)
    {
        Edits = before.Edits + 1;
        foreach (var change in before._changes)
        {
            _changes[change.Key] = now._changes.TryGetValue(change.Value.After, out var next) ? change.Value.Then(next) : change.Value;
        }

        foreach (var change in now._changes)
        {
            if (!_changes.ContainsKey(change.Key))
            {
                _changes.Add(change.Key, change.Value);
            }
        }

        foreach (var use in before._expansions)
        {
            _expansions[use.Key] = now.UseNow(use.Value);
        }

        foreach (var use in now._expansions)
        {
            if (!_expansions.ContainsKey(use.Key))
            {
                _expansions.Add(use.Key, use.Value);
            }
        }
    }

    /// <summary>How many readings after each other it spans.</summary>
    public int Edits { get; } = 1;

    /// <summary>From the texts before this edit to those after another.</summary>
    public SourceVersions Then(SourceVersions now) => new(this, now);

    /// <summary>Whether a part of a text is, after the edit, at an index of another: the same characters, written in the same places by the same uses of macros.</summary>
    public bool AreSame(TracedText before, int start, int length, TracedText after, int index)
    {
        if (!before.Text.AsSpan(start, length).SequenceEqual(after.Text.AsSpan(index, length)))
        {
            return false;
        }

        var olds = before.Runs;
        var news = after.Runs;
        if (olds.Length == 0 || news.Length == 0)
        {
            return olds.Length == news.Length;
        }

        var i = before.RunIndexAt(start);
        var j = after.RunIndexAt(index);
        for (var position = 0; position < length;)
        {
            // The longest piece that is in one run of each.
            var oldEnd = (i + 1 < olds.Length ? olds[i + 1].Start : before.Length) - start;
            var newEnd = (j + 1 < news.Length ? news[j + 1].Start : after.Length) - index;
            var end = Math.Min(length, Math.Min(oldEnd, newEnd));
            var old = olds[i].At(0, start + position - olds[i].Start);
            var now = news[j].At(0, index + position - news[j].Start);
            if (!TryMove(old.Source, old.Offset, end - position, out var source, out var offset)
                || !ReferenceEquals(source, now.Source) || offset != now.Offset || !AreSameUse(old.Expansion, now.Expansion))
            {
                return false;
            }

            position = end;
            i += end == oldEnd ? 1 : 0;
            j += end == newEnd ? 1 : 0;
        }

        return true;
    }

    /// <summary>Whether a part of a text can be used after the edit as it is.</summary>
    public bool IsUnaffected(TracedText text, int start, int length)
    {
        var runs = text.Runs;
        for (var i = text.RunIndexAt(start); i < runs.Length && runs[i].Start < start + length; i++)
        {
            if (IsAffected(runs[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Runs as they are after the edit. They must be of lines found the same, or of macros defined in such lines.</summary>
    /// <remarks>One thread at a time; whoever asks locks this.</remarks>
    /// <param name="runs">The runs, which stay as they are.</param>
    /// <param name="length">The length of their text.</param>
    public OriginRun[] Move(OriginRun[] runs, int length)
    {
        var first = 0;
        while (first < runs.Length && !IsAffected(runs[first]))
        {
            first++;
        }

        if (first == runs.Length)
        {
            return runs;
        }

        var moved = (OriginRun[])runs.Clone();
        for (var i = first; i < moved.Length; i++)
        {
            ref var run = ref moved[i];
            if (run.Expansion is { } before)
            {
                run.Expansion = UseNow(before);
            }

            if (ChangeOf(run.Source) is { } change)
            {
                var end = i + 1 < moved.Length ? moved[i + 1].Start : length;
                change.TryMove(run.Offset, end - run.Start, out var offset);
                run.Source = change.After;
                run.Offset = offset;
            }
        }

        return moved;
    }

    private static IEnumerable<SourceText> WithParts(SourceText text) => [text, .. text.Parts.SelectMany(part => WithParts(part.Part))];

    // The preprocessor makes a new object of each use of a macro that it expands again.
    private bool IsAffected(in OriginRun run) => (run.Expansion is { } use && !ReferenceEquals(UseNow(use), use)) || ChangeOf(run.Source) is not null;

    private TextChange? ChangeOf(SourceText source)
    {
        if (!ReferenceEquals(source, _source))
        {
            _source = source;
            _changes.TryGetValue(source, out _change);
        }

        return _change;
    }

    private bool TryMove(SourceText before, int offset, int length, out SourceText after, out int moved)
    {
        if (ChangeOf(before) is { } change)
        {
            after = change.After;
            return change.TryMove(offset, length, out moved);
        }

        after = before;
        moved = offset;
        return true;
    }

    private bool AreSameUse(CppExpansion? before, CppExpansion? after)
    {
        if (before is null || after is null)
        {
            return before is null && after is null;
        }

        if (_expansions.TryGetValue(before, out var known))
        {
            return ReferenceEquals(known, after);
        }

        if (!ReferenceEquals(before, after))
        {
            _expansions.Add(before, after);
            _useNow = null;
            _use = null;
        }

        return true;
    }

    private CppExpansion UseNow(CppExpansion before)
    {
        if (!ReferenceEquals(before, _use))
        {
            _use = before;
            _useNow = _expansions.TryGetValue(before, out var now) ? now : before;
        }

        return _useNow!;
    }
}
