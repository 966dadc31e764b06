using System.Globalization;
using System.Text;
using EntryGen.Exploration.Scenarios.Translations;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>The transitions of a run as text: numbers of instructions and names of events, separated by points.</summary>
internal sealed class ChoiceText
{
    private const char Translations = '~';

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

    /// <summary>How translations that are used stand behind the name of an event or effect, or alone for an instruction; empty where it is those of the page tables.</summary>
    public static string SuffixOf(int translations) => translations == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Translations}{translations}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It did not write that.</exception>
    public static IEnumerable<Choice> Read(string text, ScenarioSetup setup)
    {
        const int Most = 1_000_000;
        var choices = new List<Choice>();
        foreach (var word in text.Split('.'))
        {
            var mark = word.IndexOf(Translations);
            var name = mark < 0 ? word : word[..mark];
            var translations = 0;
            var isRead = mark < 0 || (int.TryParse(word.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out translations) && translations is > 0 and < TranslationChoices.Most);
            if (isRead && InjectedEvent.Known.FirstOrDefault(known => known.Name == name) is { } injected)
            {
                choices.Add(new Choice(injected, null, translations));
            }
            else if (isRead && setup.Effects.FirstOrDefault(known => known.Name == name) is { } effect)
            {
                choices.Add(new Choice(null, effect, translations));
            }
            else if (isRead && mark == 0)
            {
                choices.Add(new Choice(null, null, translations));
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
