using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Features, models of C functions, and what they mean for a unit.</summary>
public sealed partial class Machine
{
    private readonly Dictionary<EntryUnit, UnitBinding> bindings = [];
    private UnitBinding? lastBinding;
    private FeatureSet features;

    /// <summary>The features that select the code's alternatives.</summary>
    public FeatureSet Features
    {
        get => features;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            features = value;
            Unbind();
        }
    }

    /// <summary>Models of C functions for all units, by name.</summary>
    public CFunctionTable CFunctions { get; }

    internal UnitBinding Bind(EntryUnit unit) => lastBinding is { } last && last.Unit == unit ? last : Rebind(unit);

    private UnitBinding Rebind(EntryUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        if (!bindings.TryGetValue(unit, out var binding))
        {
            binding = new UnitBinding(unit, features, CFunctions);
            bindings.Add(unit, binding);
        }

        lastBinding = binding;
        return binding;
    }

    private void Unbind()
    {
        bindings.Clear();
        lastBinding = null;
    }
}
