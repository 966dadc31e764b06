namespace EntryGen.Emulation;

/// <summary>The state of a machine at one moment: registers, event state, MSRs, TLB and memory. Not covered: budget, features, models, observers.</summary>
public sealed class MachineSnapshot
{
    private readonly Machine machine;
    private readonly ulong[] registers;
    private readonly TlbEntry[] tlb;
    private readonly long tlbChanges;
    private readonly long budget;
    private readonly PhysicalMemory.Version memory;

    internal MachineSnapshot(Machine machine)
    {
        this.machine = machine;
        registers = (ulong[])machine.Registers.Clone();
        tlb = [.. machine.Tlb.Entries];
        budget = machine.Budget;
        tlbChanges = machine.Tlb.Changes;
        memory = machine.Memory.Checkpoint();
    }

    internal void RestoreTo(Machine target)
    {
        if (target != machine)
        {
            throw new ArgumentException("A snapshot can be restored only on the machine that made it.", nameof(target));
        }

        registers.CopyTo(machine.Registers, 0);
        machine.MoveShadow(budget);
        if (machine.Tlb.Changes != tlbChanges)
        {
            machine.Tlb.Load(tlb);
            machine.Linear.ForgetWindows();
        }

        machine.Memory.Restore(memory);
        machine.Linear.SelectContext();
    }
}
