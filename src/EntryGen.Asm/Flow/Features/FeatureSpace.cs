namespace EntryGen.Asm.Flow;

/// <summary>All assignments of a Program's CPU features, and the sets of them that an analysis speaks of.</summary>
/// <remarks>
/// A set is a reduced ordered decision diagram (Bryant 1986) over the features in the order of <see cref="CpuFeature.Index"/>. Nodes are shared, so that equal
/// sets are the same node and comparing them costs nothing. Not thread safe: an analysis has a space of its own.
/// </remarks>
public sealed class FeatureSpace
{
    private const int Never = 0, Always = 1;
    private readonly DiagramTable _nodes = new();

    /// <summary>The space of some features.</summary>
    /// <param name="features">The features; element i has <see cref="CpuFeature.Index"/> i.</param>
    public FeatureSpace(IReadOnlyList<CpuFeature> features)
    {
        Features = features;
        _nodes.AddEnd(Never);
        _nodes.AddEnd(Always);
    }

    private enum Operation
    {
        And = 1,
        Or,
        Except,
    }

    /// <summary>The features.</summary>
    public IReadOnlyList<CpuFeature> Features { get; }

    /// <summary>The set of all assignments.</summary>
    public FeatureCondition Everything => new(this, Always);

    /// <summary>The set of none.</summary>
    public FeatureCondition Nothing => new(this, Never);

    /// <summary>The assignments in which a feature is on, or off.</summary>
    /// <param name="feature">A feature of this space.</param>
    /// <param name="on">Whether it is on.</param>
    public FeatureCondition Of(CpuFeature feature, bool on = true) =>
        new(this, on ? Make(feature.Index, Never, Always) : Make(feature.Index, Always, Never));

    /// <summary>The assignments in which a feature is on, or off, by name; nothing and everything when the Program does not ask for it.</summary>
    /// <param name="feature">The name without X86_FEATURE_.</param>
    /// <param name="on">Whether it is on.</param>
    public FeatureCondition Of(string feature, bool on = true)
    {
        foreach (var known in Features)
        {
            if (known.Name == feature)
            {
                return Of(known, on);
            }
        }

        return on ? Nothing : Everything;
    }

    /// <summary>The set of a diagram; 0 is <see cref="Nothing"/>.</summary>
    internal FeatureCondition At(int node) => new(this, node);

    internal int And(int left, int right) => Apply(Operation.And, left, right);

    internal int Or(int left, int right) => Apply(Operation.Or, left, right);

    internal int Except(int left, int right) => Apply(Operation.Except, left, right);

    /// <summary>A sum of products that covers <paramref name="lower"/> and nothing outside of <paramref name="upper"/>, no product of which can be left out (Minato 1992).</summary>
    internal IReadOnlyList<FeatureProduct> Cover(int lower, int upper)
    {
        var products = new List<FeatureProduct>();
        Cover(lower, upper, new Stack<(int Feature, bool On)>(), products);
        return products;
    }

    private int Cover(int lower, int upper, Stack<(int Feature, bool On)> literals, List<FeatureProduct> products)
    {
        if (lower == Never)
        {
            return Never;
        }

        if (upper == Always)
        {
            products.Add(new FeatureProduct([.. literals.Reverse().Select(literal => (Features[literal.Feature], literal.On))]));
            return Always;
        }

        var feature = Math.Min(_nodes[lower].Feature, _nodes[upper].Feature);
        var (lowerOff, lowerOn) = Split(lower, feature);
        var (upperOff, upperOn) = Split(upper, feature);

        // What only one side may cover needs the literal; the rest is tried without it.
        literals.Push((feature, false));
        var off = Cover(Except(lowerOff, upperOn), upperOff, literals, products);
        literals.Pop();
        literals.Push((feature, true));
        var on = Cover(Except(lowerOn, upperOff), upperOn, literals, products);
        literals.Pop();
        var rest = Cover(Or(Except(lowerOff, off), Except(lowerOn, on)), And(upperOff, upperOn), literals, products);
        return Or(rest, Make(feature, off, on));
    }

    /// <summary>The assignments that are in a set with a feature on or with it off.</summary>
    internal int Forget(int node, int feature)
    {
        if (_nodes[node].Feature > feature)
        {
            return node;
        }

        var (off, on) = (_nodes[node].Off, _nodes[node].On);
        return _nodes[node].Feature == feature ? Or(off, on) : Make(_nodes[node].Feature, Forget(off, feature), Forget(on, feature));
    }

    private int Apply(Operation operation, int left, int right)
    {
        switch (operation)
        {
            case Operation.And when left == Never || right == Never:
            case Operation.Except when left == Never || right == Always || left == right:
                return Never;
            case Operation.And when left == Always || left == right:
                return right;
            case Operation.And when right == Always:
            case Operation.Except when right == Never:
            case Operation.Or when right == Never || left == right:
                return left;
            case Operation.Or when left == Always || right == Always:
                return Always;
            case Operation.Or when left == Never:
                return right;
        }

        if (operation != Operation.Except && left > right)
        {
            (left, right) = (right, left);
        }

        if (_nodes.TryFind((int)operation, left, right, out var known))
        {
            return known;
        }

        var feature = Math.Min(_nodes[left].Feature, _nodes[right].Feature);
        var (leftOff, leftOn) = Split(left, feature);
        var (rightOff, rightOn) = Split(right, feature);
        var result = Make(feature, Apply(operation, leftOff, rightOff), Apply(operation, leftOn, rightOn));
        _nodes.Keep((int)operation, left, right, result);
        return result;
    }

    private (int Off, int On) Split(int node, int feature) => _nodes[node].Feature == feature ? (_nodes[node].Off, _nodes[node].On) : (node, node);

    private int Make(int feature, int off, int on) => off == on ? off : _nodes.NumberOf(feature, off, on);
}
