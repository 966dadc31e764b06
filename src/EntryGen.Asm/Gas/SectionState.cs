namespace EntryGen.Asm.Gas;

/// <summary>The current section, the previous one, and the stack of <c>.pushsection</c>, as GNU as for ELF keeps them. Never changes: each directive makes another.</summary>
internal sealed class SectionState
{
    private readonly Place _current;
    private readonly Place? _previous;
    private readonly SectionState? _pushed; // what .popsection brings back
    private readonly int _hash; // of all of it

    private SectionState(Place current, Place? previous, SectionState? pushed)
    {
        _current = current;
        _previous = previous;
        _pushed = pushed;
        _hash = unchecked((((pushed?._hash ?? 0) * 31) + current.GetHashCode()) * 31 + (previous?.GetHashCode() ?? 0));
    }

    /// <summary>The state at the start of a unit.</summary>
    public static SectionState Initial { get; } = new(new Place(".text", 0), null, null);

    /// <summary>The name of the current section.</summary>
    public string Current => _current.Name;

    /// <summary>The current subsection, which orders a section's contents.</summary>
    public long Subsection => _current.Subsection;

    /// <summary><c>.section</c>, <c>.text</c> and the like.</summary>
    public SectionState Switch(string name, long subsection = 0) => new(new Place(name, subsection), _current, _pushed);

    /// <summary><c>.pushsection</c>.</summary>
    public SectionState Push(string name, long subsection = 0) => new(new Place(name, subsection), _current, this);

    /// <summary><c>.popsection</c> brings back both the current and the previous section; null when nothing was pushed.</summary>
    public SectionState? Pop() => _pushed;

    /// <summary><c>.previous</c> swaps the two; null when there is no previous one.</summary>
    public SectionState? SwitchBack() => _previous is { } previous ? new SectionState(previous, _current, _pushed) : null;

    /// <summary>Whether another state is equal, down to the bottom of the stack.</summary>
    public bool IsSameAs(SectionState other)
    {
        var (one, two) = (this, other);
        while (!ReferenceEquals(one, two))
        {
            if (one._hash != two._hash || one._current != two._current || one._previous != two._previous || one._pushed is not { } first || two._pushed is not { } second)
            {
                return one._hash == two._hash && one._current == two._current && one._previous == two._previous && one._pushed is null && two._pushed is null;
            }

            (one, two) = (first, second);
        }

        return true;
    }

    private readonly record struct Place(string Name, long Subsection);
}
