namespace EntryGen.Exploration.Scenarios;

/// <summary>The entries of Linux that events lead to.</summary>
public static class ScenarioEntries
{
    /// <summary>The events from outside for which a unit has an entry.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="fred">Whether FRED delivers them.</param>
    public static InjectedEvents In(EntryUnit unit, bool fred = false)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return InjectedEvent.All.Where(injected => injected.SymbolIn(unit, fred) is not null).Aggregate(InjectedEvents.None, (all, injected) => all | injected.Event);
    }

    /// <summary>The entries that a unit must have for events to be injected, with those that the kernel's exception table needs.</summary>
    /// <param name="events">The events.</param>
    public static IReadOnlyList<string> Of(InjectedEvents events) =>
        [.. InjectedEvent.Known.Where(injected => events.HasFlag(injected.Event)).Select(injected => injected.Entry.Symbol), "asm_exc_general_protection", .. (events & InjectedEvents.Faults) != 0 ? ["asm_exc_double_fault"] : Array.Empty<string>()];
}
