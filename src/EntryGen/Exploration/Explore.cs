using EntryGen.Exploration.Engine;

namespace EntryGen.Exploration;

/// <summary>Where an exploration begins: <c>Explore.Model(model).With(property).Run().ShouldHold()</c>.</summary>
public static class Explore
{
    /// <summary>Explores a model whose states are values of one unmanaged type.</summary>
    /// <param name="model">The model; all threads share it.</param>
    /// <typeparam name="TState">The state.</typeparam>
    /// <exception cref="ArgumentException">The type has padding, so that equal states might differ in their bytes.</exception>
    public static Explorer<TState> Model<TState>(IModel<TState> model)
        where TState : unmanaged
    {
        ArgumentNullException.ThrowIfNull(model);
        StateLayout.RequireNoPadding<TState>();
        return new Explorer<TState>(new FixedSource<TState>(model));
    }

    /// <summary>Explores a model whose states are byte strings.</summary>
    /// <param name="model">The model; each thread makes its own of it.</param>
    /// <typeparam name="TView">What a state is decoded into: what properties look at.</typeparam>
    public static Explorer<TView> Model<TView>(IEncodedModel<TView> model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new Explorer<TView>(new EncodedSource<TView>(model));
    }
}
