using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Events and runs.</summary>
public sealed partial class Machine
{
    /// <summary>Delivers an exception or interrupt through the guest's IDT.</summary>
    /// <param name="vector">Its vector.</param>
    /// <param name="errorCode">The error code; null takes 0 for a vector that has one.</param>
    /// <returns><see cref="StopKind.None"/>: RIP is at the handler; or <see cref="StopKind.Shutdown"/>.</returns>
    public Stop Deliver(byte vector, uint? errorCode = null) => new(StopKind.Unmodelled, vector, errorCode ?? 0);

    /// <summary>Delivers the exception that a run stopped with.</summary>
    /// <param name="fault">A stop of kind <see cref="StopKind.Fault"/>.</param>
    public Stop Deliver(Stop fault) => Deliver(fault.Vector, fault.ErrorCode);

    /// <summary>Delivers an NMI, or latches it while NMIs are blocked.</summary>
    public Stop DeliverNmi() => Deliver(Vectors.Nmi);

    /// <summary>Runs a unit from RIP, delivering the faults of the guest through its IDT, until control leaves the unit or something else stops it.</summary>
    /// <param name="unit">The unit.</param>
    public Stop Run(EntryUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var cpu = Cpu;
        return unit.Run(ref cpu);
    }

    /// <summary>Runs one instruction.</summary>
    /// <param name="unit">The unit.</param>
    public Stop Step(EntryUnit unit)
    {
        ArgumentNullException.ThrowIfNull(unit);
        var cpu = Cpu;
        return unit.Step(ref cpu);
    }

    /// <summary>A copy of the registers, TLB and memory.</summary>
    public MachineSnapshot Snapshot() => new(this);

    /// <summary>Returns to a snapshot.</summary>
    /// <param name="snapshot">One that this machine made.</param>
    public void Restore(MachineSnapshot snapshot) => snapshot.RestoreTo(this);
}
