using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Budget, time, and what is around the processor.</summary>
public sealed partial class Machine
{
    private long _budget = DefaultBudget;
    private IPlatform _platform = new BarePlatform();

    /// <summary>How many instructions may still retire before a run stops with <see cref="StopKind.Budget"/>. Setting it changes nothing that the guest can see.</summary>
    public long Budget
    {
        get => _budget;
        set
        {
            var change = (ulong)(value - _budget);
            Registers[HiddenState.TimeOrigin] += change;
            Registers[HiddenState.ShadowStart] += change;
            _budget = value;
        }
    }

    /// <summary>What is around the processor. Not covered by snapshots.</summary>
    public IPlatform Platform
    {
        get => _platform;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _platform = value;
        }
    }

    /// <summary>
    /// The time-stamp counter, as RDTSC reads it: it counts instructions that have retired and events that were delivered. Snapshots cover it; states as bytes do not
    /// (docs/machine-model.md).
    /// </summary>
    public ulong TimeStampCounter
    {
        get => Registers[HiddenState.TimeOrigin] - (ulong)_budget;
        set => Registers[HiddenState.TimeOrigin] = value + (ulong)_budget;
    }

    /// <summary>The budget as instructions use it up: time goes on.</summary>
    internal long BudgetLeft { get => _budget; set => _budget = value; }

    /// <summary>Nobody answers.</summary>
    private sealed class BarePlatform : IPlatform;
}
