namespace EntryGen.Emulation;

/// <summary>What a machine has worked out about a unit: valid until the features or the models change.</summary>
internal sealed class UnitBinding
{
    private readonly Dictionary<ulong, (UnitExternal External, CFunction? Model)> _functions = [];

    public UnitBinding(EntryUnit unit, FeatureSet features, CFunctionTable models)
    {
        if (unit.Features.Count > 64)
        {
            throw new ArgumentException($"Unit '{unit}' tests {unit.Features.Count} features; a machine handles 64.", nameof(unit));
        }

        Unit = unit;
        for (var bit = 0; bit < unit.Features.Count; bit++)
        {
            FeatureMask |= features.Contains(unit.Features[bit]) ? 1UL << bit : 0;
        }

        foreach (var external in unit.Externals.Values)
        {
            if (external.Kind == ExternalKind.Function)
            {
                var model = unit.FunctionIndex.TryGetValue(external.Name, out var index) ? unit.Functions[index] : models.GetValueOrDefault(external.Name);
                _functions.TryAdd(external.Address, (external, model));
            }
        }
    }

    public EntryUnit Unit { get; }

    public ulong FeatureMask { get; }

    /// <summary>The external function that starts at an address, and its model if it has one.</summary>
    public bool TryFind(ulong address, out (UnitExternal External, CFunction? Model) function) => _functions.TryGetValue(address, out function);
}
