namespace EntryGen.Emulation;

/// <summary>The state of a machine at one moment: registers, event state, MSRs, TLB and memory. Not covered: budget, features, models, observers.</summary>
public sealed class MachineSnapshot
{
    private readonly Machine _machine;
    private readonly ulong[] _registers;
    private readonly TlbEntry[] _tlb;
    private readonly long _tlbChanges;
    private readonly long _budget;
    private readonly PhysicalMemory.Version _memory;

    internal MachineSnapshot(Machine machine)
    {
        _machine = machine;
        _registers = (ulong[])_machine.Registers.Clone();
        _tlb = [.. _machine.Tlb.Entries];
        _budget = _machine.Budget;
        _tlbChanges = _machine.Tlb.Changes;
        _memory = _machine.Memory.Checkpoint();
    }

    internal void RestoreTo(Machine target)
    {
        if (target != _machine)
        {
            throw new ArgumentException("A snapshot can be restored only on the _machine that made it.", nameof(target));
        }

        _registers.CopyTo(_machine.Registers, 0);
        _machine.MoveShadow(_budget);
        if (_machine.Tlb.Changes != _tlbChanges)
        {
            _machine.Tlb.Load(_tlb);
            _machine.Linear.ForgetWindows();
        }

        _machine.Memory.Restore(_memory);
        _machine.Linear.SelectContext();
    }
}
