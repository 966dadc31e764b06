namespace EntryGen.Emulation;

/// <summary>The state of a machine at one moment: <see cref="Machine.Snapshot"/> says what it covers.</summary>
public sealed class MachineSnapshot
{
    private readonly ulong[] _registers;
    private readonly TlbEntry[] _tlb;
    private readonly long _budget;
    private long _tlbChanges;

    internal MachineSnapshot(Machine machine)
    {
        Machine = machine;
        _registers = (ulong[])machine.Registers.Clone();
        _tlb = machine.Tlb.Save();
        _budget = machine.Budget;
        _tlbChanges = machine.Tlb.Changes;
        machine.Tlb.Journal.Start(this);
        Memory = machine.Memory.Checkpoint();
        if (machine.Linear.WorstCase is { } worst)
        {
            StaleLeaves = [.. worst.Leaves];
            StaleTrees = [.. worst.Trees.Select(static tree => tree.Copy())];
        }
    }

    internal Machine Machine { get; }

    internal PhysicalMemory.Version Memory { get; }

    internal ReadOnlySpan<TlbEntry> Tlb => _tlb;

    /// <summary>Under the worst-case policy: translations that may be cached although their entries were changed.</summary>
    internal IReadOnlyList<TlbEntry> StaleLeaves { get; } = [];

    /// <summary>Under the worst-case policy: tables that may be cached although CR3 does not lead to them.</summary>
    internal IReadOnlyList<CachedTree> StaleTrees { get; } = [];

    /// <summary>Whether the TLB is known to hold what it held; it may even when this says no.</summary>
    internal bool HasSameTlb => Machine.Tlb.Changes == _tlbChanges;

    /// <summary>The registers in the form that equal states have equal.</summary>
    internal void CopyCanonicalRegisters(Span<ulong> destination)
    {
        _registers.CopyTo(destination);
        HiddenState.MakeCanonical(destination, _budget);
    }

    internal void ThrowUnlessOf(Machine machine)
    {
        if (machine != Machine)
        {
            throw new ArgumentException("A snapshot is of use only to the machine that made it.", nameof(machine));
        }
    }

    internal void RestoreTo(Machine target)
    {
        ThrowUnlessOf(target);
        _registers.CopyTo(Machine.Registers, 0);
        Machine.MoveOrigins(_budget);
        if (!HasSameTlb)
        {
            Machine.Linear.RestoreTlb(this);
            _tlbChanges = Machine.Tlb.Changes;
        }

        Machine.Memory.Restore(Memory);
        Machine.Linear.LoadWorstCase(StaleLeaves, StaleTrees);
        Machine.Linear.SelectContext();
    }
}
