namespace EntryGen.Exploration.Engine;

/// <summary>A model before its states' form and what is kept of them have become type arguments of the engine.</summary>
internal abstract class ModelSource<TState>
{
    /// <summary>Explores the model.</summary>
    public abstract ExplorationResult Explore(IReadOnlyList<Property<TState>> properties, SearchOptions options, CancellationToken cancellation);

    /// <summary>Walks it by given choices; null when there is no such way.</summary>
    public abstract Execution? Replay(IReadOnlyList<int> choices);
}

/// <summary>A model whose states are values of one type.</summary>
internal sealed class FixedSource<TState>(IModel<TState> model) : ModelSource<TState>
    where TState : unmanaged
{
    public override ExplorationResult Explore(IReadOnlyList<Property<TState>> properties, SearchOptions options, CancellationToken cancellation) =>
        SearchRun<FixedShape<TState>>.Run(() => new FixedSpace<TState>(model, properties, options.Reduced), properties, options, cancellation);

    public override Execution? Replay(IReadOnlyList<int> choices) =>
        SearchRun<FixedShape<TState>>.Replay(new FixedSpace<TState>(model, [], reduced: false), choices);
}

/// <summary>A model whose states are byte strings.</summary>
internal sealed class EncodedSource<TView>(IEncodedModel<TView> model) : ModelSource<TView>
{
    public override ExplorationResult Explore(IReadOnlyList<Property<TView>> properties, SearchOptions options, CancellationToken cancellation) =>
        model is IHashedModel<TView>
            ? SearchRun<HashedShape>.Run(NewSpace(properties), properties, options, cancellation)
            : SearchRun<EncodedShape>.Run(NewSpace(properties), properties, options, cancellation);

    public override Execution? Replay(IReadOnlyList<int> choices) =>
        SearchRun<EncodedShape>.Replay(new EncodedSpace<TView>(model.ForWorker(), []), choices);

    private Func<StateSpace> NewSpace(IReadOnlyList<Property<TView>> properties) => () => new EncodedSpace<TView>(model.ForWorker(), properties);
}
