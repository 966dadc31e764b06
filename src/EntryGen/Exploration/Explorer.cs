using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration;

/// <summary>An exploration being set up: the properties, the bounds, the way it is done. Every method returns the same object.</summary>
/// <typeparam name="TState">The state, or what an encoded state is decoded into.</typeparam>
public sealed class Explorer<TState>
{
    private readonly ModelSource<TState> _model;
    private readonly List<Property<TState>> _properties = [];
    private SearchOptions _options = new() { MaxBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3 };

    internal Explorer(ModelSource<TState> model) => _model = model;

    /// <summary>Adds properties to decide.</summary>
    /// <param name="properties">Their names differ.</param>
    /// <exception cref="ArgumentException">There is one of that name, or there are more than 64.</exception>
    public Explorer<TState> With(params ReadOnlySpan<Property<TState>> properties)
    {
        foreach (var property in properties)
        {
            if (_properties.Any(other => other.Id == property.Id))
            {
                throw new ArgumentException($"There is a property '{property.Id}' already.", nameof(properties));
            }

            if (_properties.Count == PropertySets.Most)
            {
                throw new ArgumentException($"One exploration decides {PropertySets.Most} properties at most.", nameof(properties));
            }

            _properties.Add(property);
        }

        return this;
    }

    /// <summary>Adds an invariant of the caller's own.</summary>
    /// <param name="name">What it demands; also its id.</param>
    /// <param name="holds">Whether it holds in a state.</param>
    public Explorer<TState> With(string name, StatePredicate<TState> holds) => With(Property<TState>.Invariant(name, name, holds));

    /// <summary>Goes no further than some transitions from the initial states; at that distance states are looked at and not expanded.</summary>
    /// <param name="transitions">How many.</param>
    public Explorer<TState> Depth(int transitions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(transitions);
        return Set(_options with { MaxDepth = transitions });
    }

    /// <summary>Stores no further level once there are more states than this.</summary>
    /// <param name="states">How many.</param>
    public Explorer<TState> States(long states)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(states);
        return Set(_options with { MaxStates = states });
    }

    /// <summary>Stores no further level once the store is larger than this. Three quarters of the machine's memory unless said.</summary>
    /// <param name="bytes">How many.</param>
    public Explorer<TState> Memory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return Set(_options with { MaxBytes = bytes });
    }

    /// <summary>Stops after some time. How far it comes by then differs from run to run.</summary>
    /// <param name="time">How long.</param>
    public Explorer<TState> Time(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        return Set(_options with { MaxTime = time });
    }

    /// <summary>As <see cref="Time(TimeSpan)"/>, for one of several searches that have the time together.</summary>
    /// <param name="time">How long all of them may take.</param>
    /// <param name="spent">What is gone of it.</param>
    internal Explorer<TState> Time(TimeSpan time, TimeSpan spent) => Set(_options with { MaxTime = time, SpentTime = spent });

    /// <summary>Sets the number of threads, which changes nothing but the time. As many as there are processors unless said.</summary>
    /// <param name="threads">How many.</param>
    public Explorer<TState> Threads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        return Set(_options with { Threads = threads });
    }

    /// <summary>Explores mirror images one by one, though the model says that they are.</summary>
    public Explorer<TState> WithoutReductions() => Set(_options with { Reduced = false });

    /// <summary>Keeps a 64-bit fingerprint of a state and not the state. States may be missed, and the result says so.</summary>
    public Explorer<TState> HashCompaction() => Set(_options with { HashCompaction = true });

    /// <summary>Stops when one property is broken, without an answer for the others. Otherwise all are decided, and a state that breaks one is left like any other.</summary>
    public Explorer<TState> StopAtFirstViolation() => Set(_options with { StopAtFirst = true });

    /// <summary>Collects the states without successors.</summary>
    public Explorer<TState> CollectTerminalStates() => Set(_options with { CollectTerminals = true });

    /// <summary>Counts how often each transition is taken.</summary>
    public Explorer<TState> CountTransitions() => Set(_options with { CountTransitions = true });

    /// <summary>Says how far it is, about ten times a second, from the thread that called <see cref="Run"/>.</summary>
    /// <param name="progress">Whom to tell.</param>
    public Explorer<TState> Report(IProgress<ExplorationProgress> progress) => Set(_options with { Progress = progress });

    /// <summary>Explores.</summary>
    /// <param name="cancellation">Ends it early; the result then says so.</param>
    /// <exception cref="InvalidOperationException">The model has no initial state, or contradicts itself when a counterexample is replayed.</exception>
    public ExplorationResult Run(CancellationToken cancellation = default) => _model.Explore(_properties, _options, cancellation);

    /// <summary>Takes given choices, those of a counterexample for example.</summary>
    /// <param name="choices">Which initial state, then which successor of each state, counted from 0.</param>
    /// <returns>The way; null when the model has no such one.</returns>
    public Execution? Replay(IReadOnlyList<int> choices) => _model.Replay(choices);

    private Explorer<TState> Set(SearchOptions options)
    {
        _options = options;
        return this;
    }
}
