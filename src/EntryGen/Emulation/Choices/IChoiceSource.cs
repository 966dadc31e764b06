namespace EntryGen.Emulation;

/// <summary>What a choice of the processor is about.</summary>
public enum ChoiceKind
{
    /// <summary>
    /// Which of several translations that may be cached an access uses (SDM vol. 3A, 4.10.2.3 and 4.10.4.3). Alternative 0 is a walk of the tables as they are.
    /// </summary>
    Translation,
}

/// <summary>
/// Decides what the architecture leaves open. With one, the machine follows the worst-case policy of docs/machine-model.md; without, it is deterministic.
/// </summary>
public interface IChoiceSource
{
    /// <summary>Chooses. Called only when there are several alternatives, which come in an order that depends on the machine's state alone.</summary>
    /// <param name="alternatives">How many there are, 2 at least.</param>
    /// <param name="kind">What about.</param>
    /// <returns>The number of one of them, from 0.</returns>
    int Choose(int alternatives, ChoiceKind kind);
}

/// <summary>Chooses by chance, the same for the same seed.</summary>
/// <param name="seed">Any number.</param>
public sealed class RandomChoices(int seed) : IChoiceSource
{
    private readonly Random _random = new(seed);

    /// <inheritdoc/>
    public int Choose(int alternatives, ChoiceKind kind) => _random.Next(alternatives);
}

/// <summary>
/// Follows choices that were written down, then takes alternative 0, and writes down what there was to choose: what an explorer needs to try all.
/// </summary>
public sealed class RecordedChoices : IChoiceSource
{
    private readonly List<(int Chosen, int Alternatives)> _taken = [];
    private readonly int[] _script;

    /// <summary>Choices that begin as given.</summary>
    /// <param name="script">The first choices; empty for none.</param>
    public RecordedChoices(params ReadOnlySpan<int> script) => _script = script.ToArray();

    /// <summary>The choices so far, each with the number of its alternatives.</summary>
    public IReadOnlyList<(int Chosen, int Alternatives)> Taken => _taken;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The script asks for an alternative that there is not: it was made for another run.</exception>
    public int Choose(int alternatives, ChoiceKind kind)
    {
        var chosen = _taken.Count < _script.Length ? _script[_taken.Count] : 0;
        if ((uint)chosen >= (uint)alternatives)
        {
            throw new InvalidOperationException(
                $"Choice {_taken.Count} of the script is {chosen}, but there are {alternatives} alternatives. Use the script with the run it was made for.");
        }

        _taken.Add((chosen, alternatives));
        return chosen;
    }

    /// <summary>The script of the next run, in lexical order; null after the last. Runs by all scripts try every combination once.</summary>
    public int[]? NextScript()
    {
        for (var last = _taken.Count - 1; last >= 0; last--)
        {
            if (_taken[last].Chosen + 1 < _taken[last].Alternatives)
            {
                return [.. _taken.Take(last).Select(static choice => choice.Chosen), _taken[last].Chosen + 1];
            }
        }

        return null;
    }
}
