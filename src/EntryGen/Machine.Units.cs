using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Features, models of C functions, and what they mean for a unit.</summary>
public sealed partial class Machine
{
    private readonly Dictionary<EntryUnit, UnitBinding> _bindings = [];
    private UnitBinding? _lastBinding;
    private FeatureSet _features;

    /// <summary>The features that select the code's alternatives.</summary>
    public FeatureSet Features
    {
        get => _features;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _features = value;
            Unbind();
        }
    }

    /// <summary>Models of C functions for all units, by name.</summary>
    public CFunctionTable CFunctions { get; }

    internal UnitBinding Bind(EntryUnit unit) => _lastBinding is { } last && last.Unit == unit ? last : Rebind(unit);

    private UnitBinding Rebind(EntryUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        if (!_bindings.TryGetValue(unit, out var binding))
        {
            binding = new UnitBinding(unit, _features, CFunctions);
            _bindings.Add(unit, binding);
        }

        _lastBinding = binding;
        return binding;
    }

    private void Unbind()
    {
        _bindings.Clear();
        _lastBinding = null;
    }
}
