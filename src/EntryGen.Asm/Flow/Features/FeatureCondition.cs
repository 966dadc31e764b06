namespace EntryGen.Asm.Flow;

/// <summary>A set of feature assignments: when something is so.</summary>
/// <remarks>Conditions that are combined belong to one <see cref="FeatureSpace"/>; equality is equality of the sets.</remarks>
public readonly struct FeatureCondition : IEquatable<FeatureCondition>
{
    private readonly FeatureSpace _space;
    private readonly int _node;

    internal FeatureCondition(FeatureSpace space, int node)
    {
        _space = space;
        _node = node;
    }

    /// <summary>The number of its diagram in the space.</summary>
    internal int Node => _node;

    /// <summary>Whether no assignment is in it.</summary>
    public bool IsNever => _node == 0;

    /// <summary>Whether every assignment is in it.</summary>
    public bool IsAlways => _node == 1;

    /// <summary>The assignments that are in both.</summary>
    public FeatureCondition And(FeatureCondition other) => new(_space, _space.And(_node, other._node));

    /// <summary>The assignments that are in either.</summary>
    public FeatureCondition Or(FeatureCondition other) => new(_space, _space.Or(_node, other._node));

    /// <summary>The assignments of this one that are not in the other.</summary>
    public FeatureCondition Except(FeatureCondition other) => new(_space, _space.Except(_node, other._node));

    /// <summary>Every other assignment.</summary>
    public FeatureCondition Not() => _space.Everything.Except(this);

    /// <summary>The assignments that are in it with a feature on or with it off.</summary>
    /// <param name="feature">The name without X86_FEATURE_; nothing changes when the Program does not ask for it.</param>
    public FeatureCondition Forget(string feature)
    {
        foreach (var known in _space.Features)
        {
            if (known.Name == feature)
            {
                return new(_space, _space.Forget(_node, known.Index));
            }
        }

        return this;
    }

    /// <summary>Whether every assignment in this one is in the other.</summary>
    public bool Implies(FeatureCondition other) => Except(other).IsNever;

    /// <summary>The set as a short sum of products, given that only the assignments in <paramref name="assumptions"/> occur.</summary>
    /// <param name="assumptions">The assignments that occur; the set is cut to these.</param>
    public IReadOnlyList<FeatureProduct> Products(FeatureCondition assumptions) =>
        _space.Cover(And(assumptions)._node, Or(assumptions.Not())._node);

    /// <summary>The products separated by <c> | </c>, each with its features separated by commas and <c>!</c> before one that is off; <c>any</c> for everything.</summary>
    /// <param name="assumptions">The assignments that occur.</param>
    public string Describe(FeatureCondition assumptions) => string.Join(" | ", Products(assumptions));

    /// <inheritdoc/>
    public bool Equals(FeatureCondition other) => _node == other._node && ReferenceEquals(_space, other._space);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FeatureCondition other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _node;

    /// <inheritdoc/>
    public override string ToString() => IsNever ? "never" : Describe(_space.Everything);

    /// <summary>Whether two conditions are the same set.</summary>
    public static bool operator ==(FeatureCondition left, FeatureCondition right) => left.Equals(right);

    /// <summary>Whether two conditions differ.</summary>
    public static bool operator !=(FeatureCondition left, FeatureCondition right) => !left.Equals(right);
}

/// <summary>Features that must be on or off together.</summary>
/// <param name="Literals">The features, in the order of the space.</param>
public sealed record FeatureProduct(IReadOnlyList<(CpuFeature Feature, bool On)> Literals)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Literals.Count == 0 ? "any" : string.Join(",", Literals.Select(literal => (literal.On ? "" : "!") + literal.Feature.Name));
}
