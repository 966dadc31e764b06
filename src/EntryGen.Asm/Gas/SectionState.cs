namespace EntryGen.Asm.Gas;

/// <summary>The current section, the previous one, and the stack of <c>.pushsection</c>, as GNU as for ELF keeps them.</summary>
internal sealed class SectionState
{
    private readonly Stack<(Place Current, Place? Previous)> _pushed = new();
    private Place _current = new(".text", 0);
    private Place? _previous;

    /// <summary>The name of the current section.</summary>
    public string Current => _current.Name;

    /// <summary>The current subsection, which orders a section's contents.</summary>
    public long Subsection => _current.Subsection;

    /// <summary><c>.section</c>, <c>.text</c> and the like.</summary>
    public void Switch(string name, long subsection = 0)
    {
        _previous = _current;
        _current = new Place(name, subsection);
    }

    /// <summary><c>.subsection</c>: stays in the section.</summary>
    public void SwitchSubsection(long subsection) => Switch(_current.Name, subsection);

    /// <summary><c>.pushsection</c>.</summary>
    public void Push(string name, long subsection = 0)
    {
        _pushed.Push((_current, _previous));
        Switch(name, subsection);
    }

    /// <summary><c>.popsection</c> brings back both the current and the previous section.</summary>
    public bool TryPop()
    {
        if (_pushed.Count == 0)
        {
            return false;
        }

        (_current, _previous) = _pushed.Pop();
        return true;
    }

    /// <summary><c>.previous</c> swaps the two.</summary>
    public bool TrySwitchBack()
    {
        if (_previous is not { } previous)
        {
            return false;
        }

        (_current, _previous) = (previous, _current);
        return true;
    }

    private readonly record struct Place(string Name, long Subsection);
}
