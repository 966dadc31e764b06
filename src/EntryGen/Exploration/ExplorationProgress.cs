namespace EntryGen.Exploration;

/// <summary>How far an exploration is.</summary>
/// <param name="States">States found.</param>
/// <param name="Transitions">Transitions taken.</param>
/// <param name="Depth">The distance of the states being expanded.</param>
/// <param name="Frontier">How many they are.</param>
/// <param name="StatesPerSecond">States found in a second, on average.</param>
/// <param name="StoreBytes">The bytes of the store.</param>
/// <param name="Estimate">The states there will be, if levels go on shrinking as the last one did; null while they grow.</param>
/// <param name="Elapsed">The time since the start.</param>
public readonly record struct ExplorationProgress(
    long States, long Transitions, int Depth, long Frontier, double StatesPerSecond, long StoreBytes, long? Estimate, TimeSpan Elapsed);
