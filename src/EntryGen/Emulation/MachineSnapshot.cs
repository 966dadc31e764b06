namespace EntryGen.Emulation;

/// <summary>The state of a machine at one moment: registers, event state, MSRs, TLB and memory. Not covered: budget, features, models, observers.</summary>
public sealed class MachineSnapshot
{
    private readonly Machine _machine;
    private readonly ulong[] _registers;
    private readonly TlbEntry[] _tlb;
    private long _tlbChanges;
    private readonly long _budget;
    private readonly PhysicalMemory.Version _memory;

    internal MachineSnapshot(Machine machine)
    {
        _machine = machine;
        _registers = (ulong[])machine.Registers.Clone();
        _tlb = machine.Tlb.Save();
        _budget = machine.Budget;
        _tlbChanges = machine.Tlb.Changes;
        _memory = machine.Memory.Checkpoint();
    }

    internal void RestoreTo(Machine target)
    {
        if (target != _machine)
        {
            throw new ArgumentException("A snapshot can be restored only on the machine that made it.", nameof(target));
        }

        _registers.CopyTo(_machine.Registers, 0);
        _machine.MoveShadow(_budget);
        if (_machine.Tlb.Changes != _tlbChanges)
        {
            _machine.Tlb.Load(_tlb);
            _machine.Linear.ForgetWindows();
            _tlbChanges = _machine.Tlb.Changes;
        }

        _machine.Memory.Restore(_memory);
        _machine.Linear.SelectContext();
    }
}
