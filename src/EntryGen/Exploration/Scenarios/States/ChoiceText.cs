using System.Globalization;
using System.Text;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>The transitions of a run as text: numbers of instructions and names of events, separated by points.</summary>
internal sealed class ChoiceText
{
    private readonly StringBuilder _text = new();
    private int _instructions;

    /// <summary>Adds a transition: null for an instruction.</summary>
    public void Note(InjectedEvent? injected)
    {
        if (injected is null)
        {
            _instructions++;
            return;
        }

        _text.Append(CultureInfo.InvariantCulture, $"{_instructions}.{injected.Name}.");
        _instructions = 0;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It did not write that.</exception>
    public static IEnumerable<InjectedEvent?> Read(string text)
    {
        const int Most = 1_000_000;
        var choices = new List<InjectedEvent?>();
        foreach (var word in text.Split('.'))
        {
            if (InjectedEvent.All.FirstOrDefault(known => known.Name == word) is { } injected)
            {
                choices.Add(injected);
            }
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= Most)
            {
                choices.AddRange(Enumerable.Repeat<InjectedEvent?>(null, count));
            }
            else
            {
                throw new FormatException($"'{word}' is neither a number of instructions nor an event.");
            }
        }

        return choices;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_text}{_instructions}");
}
