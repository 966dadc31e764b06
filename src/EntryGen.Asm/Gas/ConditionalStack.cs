using EntryGen.Asm.Text;

namespace EntryGen.Asm.Gas;

/// <summary>The conditionals that are open.</summary>
internal sealed class ConditionalStack
{
    private readonly List<Level> _levels = [];

    public int Count => _levels.Count;

    /// <summary>Whether statements are being skipped.</summary>
    public bool IsSkipping => _levels.Count > 0 && _levels[_levels.Count - 1].Skips;

    /// <summary>Whether <c>.elseif</c> needs its condition: no branch was taken yet, and the whole is not skipped.</summary>
    public bool NeedsCondition => _levels.Count > 0 && _levels[_levels.Count - 1] is { Taken: false, Dead: false };

    /// <summary>The innermost conditional's <c>.if</c>, and its first <c>.else</c>.</summary>
    public (SourceSpan? If, SourceSpan? Else, MacroFrame? Frame) Innermost
    {
        get
        {
            var level = _levels[_levels.Count - 1];
            return (level.If, level.Else, level.Frame);
        }
    }

    /// <summary><c>.if</c>. In skipped text the condition is not looked at.</summary>
    public void Open(bool condition, SourceSpan? where, MacroFrame? frame)
    {
        var dead = IsSkipping;
        _levels.Add(new Level(Taken: condition && !dead, Skips: dead || !condition, Dead: dead, where, null, frame));
    }

    /// <summary><c>.elseif</c>, or <c>.else</c>, whose condition is true. False when there is none open or its <c>.else</c> came before.</summary>
    public bool TryDivide(bool condition, bool isElse, SourceSpan? elseSpan)
    {
        if (_levels.Count == 0)
        {
            return false;
        }

        var level = _levels[_levels.Count - 1];
        if (level.HasElse)
        {
            return false;
        }

        var takes = condition && level is { Taken: false, Dead: false };
        _levels[_levels.Count - 1] = level with { Taken = level.Taken || takes, Skips = !takes, Else = elseSpan, HasElse = isElse };
        return true;
    }

    /// <summary><c>.endif</c>.</summary>
    public bool TryClose()
    {
        if (_levels.Count == 0)
        {
            return false;
        }

        _levels.RemoveAt(_levels.Count - 1);
        return true;
    }

    /// <summary>Closes what a macro left open.</summary>
    public void Truncate(int count)
    {
        if (count < _levels.Count)
        {
            _levels.RemoveRange(count, _levels.Count - count);
        }
    }

    private readonly record struct Level(bool Taken, bool Skips, bool Dead, SourceSpan? If, SourceSpan? Else, MacroFrame? Frame)
    {
        public bool HasElse { get; init; }
    }
}
