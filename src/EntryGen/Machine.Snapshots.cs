using System.Runtime.InteropServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Snapshots.</summary>
public sealed partial class Machine
{
    /// <summary>Keeps the present state of the guest, to go back to it by <see cref="Restore"/>.</summary>
    /// <remarks>
    /// Covered is everything that instructions can change: all registers of <see cref="Reg"/> with the MSRs, blocked and latched NMIs and pending debug traps, the TLB (under
    /// <see cref="Choices"/> all that may be cached), physical memory. Not covered is what the host chose: budget, features, vendor, models of C functions, observers, the choice
    /// source, <see cref="HostPageTable"/> and <see cref="PerCpuBase"/>. Memory written later is copied in blocks of <see cref="PhysicalMemory.BlockSize"/> bytes, once; nothing is copied now but registers and TLB.
    /// An observer can take one when an instruction has retired or an event was delivered; within an instruction the state is none to go back to.
    /// </remarks>
    public MachineSnapshot Snapshot()
    {
        EndPastShadow();
        return new MachineSnapshot(this);
    }

    /// <summary>Returns to a snapshot. It can be restored any number of times, in any order with others.</summary>
    /// <param name="snapshot">One that this machine made.</param>
    /// <exception cref="ArgumentException">Another machine made it.</exception>
    /// <exception cref="InvalidOperationException">The machine is running.</exception>
    public void Restore(MachineSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ThrowIfRunning();
        snapshot.RestoreTo(this);
        Pending = default;
    }

    /// <summary>Where physical memory holds something else than at a snapshot. It costs what was written since, or in between, not what there is.</summary>
    /// <remarks>
    /// Every block is compared that was written on the way from the snapshot to here, over other snapshots where they lie on that way; a block that was not holds what it held. So no block
    /// that differs is missed, and none that was written and holds again what it held is listed.
    /// </remarks>
    /// <param name="snapshot">One that this machine made.</param>
    /// <returns>The first addresses of blocks of <see cref="PhysicalMemory.BlockSize"/> bytes, in order; valid until the next call.</returns>
    /// <exception cref="ArgumentException">Another machine made it.</exception>
    public ReadOnlySpan<PhysicalAddress> MemoryChangedSince(MachineSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        snapshot.ThrowUnlessOf(this);
        return CollectionsMarshal.AsSpan(Memory.ChangedSince(snapshot.Memory));
    }

    /// <summary>A shadow that is over is no state.</summary>
    internal void EndPastShadow() => _ = InShadow(0);

    /// <summary>Shadows and time are told from the budget, which snapshots do not keep: states them in terms of the present budget.</summary>
    internal void MoveOrigins(long budgetThen)
    {
        var change = (ulong)(Budget - budgetThen);
        Registers[HiddenState.ShadowStart] += change;
        Registers[HiddenState.TimeOrigin] += change;
    }
}
