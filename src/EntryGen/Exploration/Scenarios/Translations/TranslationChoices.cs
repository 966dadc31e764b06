using EntryGen.Emulation;

namespace EntryGen.Exploration.Scenarios.Translations;

/// <summary>
/// The choices of one transition as one number: its first digit is the first choice, and each digit counts as many as there were alternatives. 0 takes the first alternative each
/// time, which is what the page tables say.
/// </summary>
internal sealed class TranslationChoices : IChoiceSource
{
    /// <summary>Numbers are below this.</summary>
    public const int Most = 1 << 12;

    private readonly List<(int Chosen, int Alternatives)> _taken = [];
    private int _rest;

    /// <summary>Whether there was anything to choose.</summary>
    public bool HasChosen => _taken.Count > 0;

    /// <summary>The number of what was chosen.</summary>
    public int Number => NumberOf(_taken.Count, increment: 0);

    /// <summary>Begins a transition.</summary>
    /// <param name="number">What to choose in it.</param>
    public void Begin(int number)
    {
        _taken.Clear();
        _rest = number;
    }

    /// <inheritdoc/>
    public int Choose(int alternatives, ChoiceKind kind)
    {
        var chosen = _rest % alternatives;
        _rest /= alternatives;
        _taken.Add((chosen, alternatives));
        return chosen;
    }

    /// <summary>The number of the next combination: the last choice that has an alternative left takes it, and those behind it start over.</summary>
    /// <param name="isCut">Whether there would be one, and its number is too great.</param>
    /// <returns>Null after the last.</returns>
    public int? Next(out bool isCut)
    {
        isCut = false;
        for (var last = _taken.Count - 1; last >= 0; last--)
        {
            if (_taken[last].Chosen + 1 < _taken[last].Alternatives)
            {
                var number = NumberOf(last + 1, increment: 1);
                isCut = number >= Most;
                return isCut ? null : number;
            }
        }

        return null;
    }

    // Of the first choices, the last of them increased.
    private int NumberOf(int count, int increment)
    {
        var number = 0L;
        for (var i = count - 1; i >= 0; i--)
        {
            number = Math.Min(Most, (number * _taken[i].Alternatives) + _taken[i].Chosen + (i == count - 1 ? increment : 0));
        }

        return (int)number;
    }
}
