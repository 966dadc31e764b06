using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Snapshots.</summary>
public sealed partial class Machine
{
    /// <summary>Keeps the present state: registers with MSRs and event state, TLB, memory. Memory written later is copied page by page, once.</summary>
    /// <remarks>Not covered: budget, features, models of C functions, observers.</remarks>
    public MachineSnapshot Snapshot()
    {
        EndPastShadow();
        return new MachineSnapshot(this);
    }

    /// <summary>Returns to a snapshot. It can be restored any number of times, in any order with others.</summary>
    /// <param name="snapshot">One that this machine made.</param>
    /// <exception cref="ArgumentException">Another machine made it.</exception>
    public void Restore(MachineSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        snapshot.RestoreTo(this);
        Pending = default;
    }

    /// <summary>A shadow that is over is no state.</summary>
    internal void EndPastShadow() => _ = InShadow(0);

    /// <summary>Shadows are told from the budget, which snapshots do not keep: states the start of one in terms of the present budget.</summary>
    internal void MoveShadow(long budgetThen) => Registers[HiddenState.ShadowStart] += (ulong)(Budget - budgetThen);
}
