using EntryGen.Exploration.Scenarios.Handlers;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>What is chosen in a transition: an event, what the C handler does, or nothing: the next instruction.</summary>
/// <param name="Event">The event that happens.</param>
/// <param name="Effect">What the C function at RIP does.</param>
internal readonly record struct Choice(InjectedEvent? Event, HandlerEffect? Effect)
{
    /// <summary>The number of a transition that is an event; below are the places of instructions.</summary>
    public const int FirstEvent = 1 << 20;

    /// <summary>The number of a transition that is an effect: its place among those of the scenario.</summary>
    public const int FirstEffect = 1 << 21;

    /// <summary>Its name; null for an instruction.</summary>
    public string? Name => Event?.Name ?? Effect?.Name;

    /// <summary>The choice that a transition's number stands for.</summary>
    public static Choice Of(int transition, ScenarioSetup setup) => transition switch
    {
        >= FirstEffect => new(null, setup.Effects[transition - FirstEffect]),
        >= FirstEvent => new(InjectedEvent.Known.First(injected => (int)injected.Event == transition - FirstEvent), null),
        _ => default,
    };
}
