using EntryGen.Exploration.Scenarios;

namespace EntryGen.Tool.Exploring;

/// <summary>A scenario to explore, and how a command names it again.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Symbol">The entry, in an assembly with its class; or the class that declares the scenario.</param>
/// <param name="DeclaredIn">The class whose attributes declare it; null when only the command line asks.</param>
/// <param name="Number">Its place among those that the class declares.</param>
internal sealed record Question(EntryScenario Scenario, string Symbol, string? DeclaredIn = null, int Number = 0);
