using System.Globalization;
using System.Text;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>The transitions of a run as text: numbers of instructions and names of events, separated by points.</summary>
internal sealed class ChoiceText
{
    private readonly StringBuilder _text = new();
    private int _instructions;

    /// <summary>Adds a transition.</summary>
    public void Note(Choice choice)
    {
        if (choice.Name is not { } name)
        {
            _instructions++;
            return;
        }

        _text.Append(CultureInfo.InvariantCulture, $"{_instructions}.{name}.");
        _instructions = 0;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It did not write that.</exception>
    public static IEnumerable<Choice> Read(string text, ScenarioSetup setup)
    {
        const int Most = 1_000_000;
        var choices = new List<Choice>();
        foreach (var word in text.Split('.'))
        {
            if (InjectedEvent.Known.FirstOrDefault(known => known.Name == word) is { } injected)
            {
                choices.Add(new Choice(injected, null));
            }
            else if (setup.Effects.FirstOrDefault(known => known.Name == word) is { } effect)
            {
                choices.Add(new Choice(null, effect));
            }
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && choices.Count + count <= Most)
            {
                choices.AddRange(Enumerable.Repeat(default(Choice), count));
            }
            else
            {
                throw new FormatException($"'{word}' is neither a number of instructions nor an event or effect of this scenario.");
            }
        }

        return choices;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_text}{_instructions}");
}
