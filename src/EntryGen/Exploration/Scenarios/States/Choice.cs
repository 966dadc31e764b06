using EntryGen.Exploration.Scenarios.Handlers;
using EntryGen.Exploration.Scenarios.Translations;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>What is chosen in a transition: an event, what the C handler does, or nothing: the next instruction; and which translations it uses.</summary>
/// <param name="Event">The event that happens.</param>
/// <param name="Effect">What the C function at RIP does.</param>
/// <param name="Translations">Which translations are used, where several may be cached: see <see cref="TranslationChoices"/>.</param>
internal readonly record struct Choice(InjectedEvent? Event, HandlerEffect? Effect, int Translations = 0)
{
    /// <summary>The number of a transition that is an event; below are the places of instructions.</summary>
    public const int FirstEvent = 1 << 17;

    /// <summary>The number of a transition that is an effect: its place among those of the scenario.</summary>
    public const int FirstEffect = FirstEvent + (1 << 16);

    private const int TranslationsShift = 18;

    /// <summary>Its name; null for an instruction that goes as the page tables say.</summary>
    public string? Name => (Event?.Name ?? Effect?.Name) + ChoiceText.SuffixOf(Translations) is { Length: > 0 } name ? name : null;

    /// <summary>The choice that a transition's number stands for.</summary>
    public static Choice Of(int transition, ScenarioSetup setup) => (transition & ((1 << TranslationsShift) - 1)) switch
    {
        >= FirstEffect and var number => new(null, setup.Effects[number - FirstEffect], transition >> TranslationsShift),
        >= FirstEvent and var number => new(InjectedEvent.Known.First(injected => (int)injected.Event == number - FirstEvent), null, transition >> TranslationsShift),
        _ => new(null, null, transition >> TranslationsShift),
    };

    /// <summary>The place whose instruction a transition is.</summary>
    public static int PlaceOf(int transition) => transition & ((1 << TranslationsShift) - 1);

    /// <summary>The number of a transition with certain translations.</summary>
    public static int Number(int transition, int translations) => transition | (translations << TranslationsShift);
}
