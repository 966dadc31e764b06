using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

public class SnapshotTests
{
    [Fact]
    public void A_snapshot_brings_back_registers_memory_and_TLB()
    {
        var guest = new Guest();
        var machine = guest.Machine;
        var cpu = machine.Cpu;
        cpu.Store64(Guest.Data, 1);
        cpu.Rax = 1;
        var before = machine.Tlb.Entries;
        var snapshot = machine.Snapshot();
        cpu.Store64(Guest.Data, 2);
        cpu.Store64(Guest.Data + 0x1000, 3);
        cpu.Rax = 2;
        cpu.WriteControl(3, cpu.Cr3);
        cpu.Sysret(8);
        machine.Restore(snapshot);
        Assert.Equal(before, machine.Tlb.Entries);
        Assert.Equal(1UL, machine.Cpu.Rax);
        Assert.True(machine.Cpu.Load64(Guest.Data, out var value));
        Assert.Equal(1UL, value);
        Assert.True(machine.Cpu.Load64(Guest.Data + 0x1000, out value));
        Assert.Equal(0UL, value);
    }

    [Fact]
    public void Snapshots_come_back_in_any_order()
    {
        var random = new Random(7);
        var guest = new Guest();
        var machine = guest.Machine;
        var kept = new List<(MachineSnapshot Snapshot, byte[] Memory, IReadOnlyList<TlbEntry> Tlb)>();
        for (var step = 0; step < 400; step++)
        {
            switch (random.Next(7))
            {
                case 0:
                    kept.Add((machine.Snapshot(), Copy(machine), machine.Tlb.Entries));
                    break;
                case 1 when kept.Count > 0:
                    var (snapshot, memory, tlb) = kept[random.Next(kept.Count)];
                    machine.Restore(snapshot);
                    Assert.True(memory.AsSpan().SequenceEqual(Copy(machine)), $"memory at step {step}");
                    Assert.Equal(tlb, machine.Tlb.Entries);
                    break;
                case 3 when kept.Count > 0:
                    (snapshot, memory, _) = kept[random.Next(kept.Count)];
                    Assert.Equal(ChangedBlocks(memory, Copy(machine)), machine.MemoryChangedSince(snapshot).ToArray());
                    break;
                case 2:
                    machine.Cpu.Invlpg(Guest.Data + ((ulong)random.Next(4) << 12));
                    break;
                default:
                    Assert.True(machine.Cpu.Store64(Guest.Data + (ulong)random.Next(4 * 4096 - 8), (ulong)random.NextInt64()));
                    break;
            }
        }

        Assert.True(kept.Count > 30);

        static PhysicalAddress[] ChangedBlocks(byte[] then, byte[] now) =>
        [
            .. Enumerable.Range(0, now.Length / PhysicalMemory.BlockSize).Select(block => block * PhysicalMemory.BlockSize)
                .Where(block => !now.AsSpan(block, PhysicalMemory.BlockSize).SequenceEqual(then.AsSpan(block, PhysicalMemory.BlockSize)))
                .Select(block => new PhysicalAddress((ulong)block)),
        ];

        static byte[] Copy(Machine machine)
        {
            var bytes = new byte[machine.Memory.Size];
            machine.Memory.Read(0, bytes);
            return bytes;
        }
    }

    [Fact]
    public void Memory_that_was_written_and_holds_what_it_held_has_not_changed()
    {
        var machine = new Guest().Machine;
        var before = machine.Snapshot();
        machine.Memory.Write(0x5400, 1UL);
        var written = machine.Snapshot();
        Assert.Equal([new PhysicalAddress(0x5400)], machine.MemoryChangedSince(before).ToArray());
        Assert.Empty(machine.MemoryChangedSince(written).ToArray());
        machine.Memory.Write(0x5400, 0UL);
        Assert.Empty(machine.MemoryChangedSince(before).ToArray());
        Assert.Equal([new PhysicalAddress(0x5400)], machine.MemoryChangedSince(written).ToArray());
    }

    [Fact]
    public void Another_machines_snapshot_is_refused()
    {
        var snapshot = new Machine(memorySize: 4096).Snapshot();
        Assert.Throws<ArgumentException>(() => new Machine(memorySize: 4096).Restore(snapshot));
        Assert.Throws<ArgumentException>(() => new Machine(memorySize: 4096).MemoryChangedSince(snapshot).ToArray());
    }

    [Fact]
    public void Host_misuse_throws()
    {
        var machine = new Machine(memorySize: 4096);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Machine(memorySize: 1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine[Reg.Count]);
        Assert.Throws<ArgumentException>(() => machine.Peek<int>(0x1000));
        Assert.Throws<ArgumentException>(() => machine.Poke(0x1000, 1));
        Assert.Throws<ArgumentException>(() => machine.Deliver(new Stop(StopKind.Left)));
    }
}
