namespace EntryGen.Exploration;

/// <summary>Whether a state is as it should be.</summary>
/// <param name="state">The state.</param>
/// <typeparam name="TState">The state, or what an encoded state is decoded into.</typeparam>
public delegate bool StatePredicate<TState>(in TState state);

/// <summary>Whether a step is as it should be.</summary>
/// <param name="before">The state before.</param>
/// <param name="transition">The number of the transition.</param>
/// <param name="after">The state after.</param>
/// <typeparam name="TState">The state, or what an encoded state is decoded into.</typeparam>
public delegate bool StepPredicate<TState>(in TState before, int transition, in TState after);

/// <summary>What is asked of a model: an invariant, a condition on every step, or a condition on terminal states; with a name, in words, and where it comes from.</summary>
/// <typeparam name="TState">The state, or what an encoded state is decoded into.</typeparam>
public sealed class Property<TState>
{
    private Property(PropertyKind kind, string id, string words, string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        Kind = kind;
        Id = id;
        Words = words;
        Source = source;
    }

    /// <summary>What it is about.</summary>
    public PropertyKind Kind { get; }

    /// <summary>Its name, such as <c>P1.4</c>.</summary>
    public string Id { get; }

    /// <summary>What it demands, in words.</summary>
    public string Words { get; }

    /// <summary>Where it comes from, such as a section of a manual; may be empty.</summary>
    public string Source { get; }

    internal StatePredicate<TState>? Predicate { get; private init; }

    internal StepPredicate<TState>? StepPredicate { get; private init; }

    /// <summary>A property of every reachable state.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="words">What it demands.</param>
    /// <param name="holds">Whether it holds in a state.</param>
    /// <param name="source">Where it comes from.</param>
    public static Property<TState> Invariant(string id, string words, StatePredicate<TState> holds, string source = "") =>
        new(PropertyKind.Invariant, id, words, source) { Predicate = holds };

    /// <summary>A property of every transition between reachable states.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="words">What it demands.</param>
    /// <param name="holds">Whether it holds for a step.</param>
    /// <param name="source">Where it comes from.</param>
    public static Property<TState> Step(string id, string words, StepPredicate<TState> holds, string source = "") =>
        new(PropertyKind.Step, id, words, source) { StepPredicate = holds };

    /// <summary>A property of every reachable state that has no successors.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="words">What it demands.</param>
    /// <param name="holds">Whether it holds in such a state.</param>
    /// <param name="source">Where it comes from.</param>
    public static Property<TState> AtEnd(string id, string words, StatePredicate<TState> holds, string source = "") =>
        new(PropertyKind.AtEnd, id, words, source) { Predicate = holds };

    /// <summary>The property that every reachable state has a successor.</summary>
    public static Property<TState> NoDeadlock { get; } = AtEnd("no-deadlock", "every reachable state has a successor", (in TState _) => false);
}

/// <summary>What a property is about.</summary>
public enum PropertyKind
{
    /// <summary>Every reachable state.</summary>
    Invariant,

    /// <summary>Every transition between reachable states.</summary>
    Step,

    /// <summary>Every reachable state without successors.</summary>
    AtEnd,
}
