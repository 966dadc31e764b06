namespace EntryGen.Exploration;

/// <summary>The answer of an exploration. It never says more than was looked at.</summary>
public enum Verdict
{
    /// <summary>Every state the model can reach was looked at, and the property held. The model's own limits are the bounds meant.</summary>
    HoldsWithinBounds,

    /// <summary>A shortest counterexample was found and replayed.</summary>
    Violated,

    /// <summary>A bound of the exploration cut it short before there was an answer.</summary>
    BoundHit,
}

/// <summary>What cut an exploration short.</summary>
public enum Bound
{
    /// <summary>Nothing: it came to its end.</summary>
    None,

    /// <summary>The number of transitions from an initial state.</summary>
    Depth,

    /// <summary>The number of states, or the number that the store can name.</summary>
    States,

    /// <summary>The bytes of the store.</summary>
    Memory,

    /// <summary>The time. The only bound, with cancellation, at which two runs can differ.</summary>
    Time,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The violation of another property, at which the exploration was to stop.</summary>
    Violation,
}
