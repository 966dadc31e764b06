using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>
/// Windows only make quicker what the TLB allows: a machine that uses them and one that never does see the same, whatever happens to tables, modes and
/// TLB.
/// </summary>
public class WindowCoherenceTests
{
    private static readonly ulong[] Pages =
    [
        Guest.Data, Guest.Data + 0x1000, Guest.Data + 0x2000, Guest.Data + 0x3000,
        Guest.UserData, Guest.UserData + 0x1000, Guest.StackTop - 0x1000, 0xffff_8000_0000_0000,
    ];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public void Random_operations_give_the_same_with_and_without_windows(int seed, bool areWritesSeen)
    {
        var fast = NewGuest(out var fastOther);
        var slow = NewGuest(out var slowOther);
        List<(ulong, ulong)> fastWrites = [], slowWrites = [];
        if (areWritesSeen)
        {
            fast.Machine.Memory.Writing = (address, bytes) => fastWrites.Add((address, WordOf(bytes)));
            slow.Machine.Memory.Writing = (address, bytes) => slowWrites.Add((address, WordOf(bytes)));
        }

        var writes = 0;
        using var observed = slow.Machine.Observe(new Nobody());
        var random = new Random(seed);
        var snapshots = (fast.Machine.Snapshot(), slow.Machine.Snapshot());
        for (var step = 0; step < 20_000; step++)
        {
            if (step % 211 == 0)
            {
                snapshots = (fast.Machine.Snapshot(), slow.Machine.Snapshot());
            }
            else if (step % 37 == 0)
            {
                fast.Machine.Restore(snapshots.Item1);
                slow.Machine.Restore(snapshots.Item2);
                Assert.Equal(slow.Machine.Tlb.Entries, fast.Machine.Tlb.Entries);
            }

            var choice = random.Next(40);
            var page = Pages[random.Next(Pages.Length)];
            var address = page + (ulong)random.Next(4096);
            var value = (ulong)random.NextInt64();
            Assert.True(fastOther == slowOther);
            var a = Do(fast, fastOther, choice, address, value);
            var b = Do(slow, slowOther, choice, address, value);
            Assert.True(a == b, $"seed {seed}, step {step}, operation {choice} at {address:x}: {a} with windows, {b} without");
            Assert.Equal(slowWrites, fastWrites);
            writes += fastWrites.Count;
            fastWrites.Clear();
            slowWrites.Clear();
            if (step % 1000 == 0)
            {
                Assert.Equal(slow.Machine.Tlb.Entries, fast.Machine.Tlb.Entries);
            }
        }

        Assert.Equal(areWritesSeen, writes > 100);
    }

    private static ulong WordOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        bytes[..Math.Min(8, bytes.Length)].CopyTo(word);
        return BitConverter.ToUInt64(word);
    }

    /// <summary>SMEP, set under another PCID that MOV to CR3 then leaves without a flush, also binds what was fetched before.</summary>
    [Fact]
    public void SMEP_binds_the_windows_of_every_PCID()
    {
        var guest = NewGuest(out _);
        guest.ChangeEntry(Guest.UserData, 0, PageTableBits.NoExecute);
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 & ~Cr4Bits.SMEP));
        Assert.True(cpu.WriteControl(3, guest.Root.Value | 1));
        Assert.True(cpu.FetchInstruction(Guest.UserData));
        Assert.True(cpu.WriteControl(3, guest.Root.Value | 2));
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.SMEP));
        Assert.True(cpu.WriteControl(3, guest.Root.Value | 1 | Cr3Bits.NoFlush));
        Assert.False(cpu.FetchInstruction(Guest.UserData));
        Assert.True(cpu.WriteControl(4, cpu.Cr4 & ~Cr4Bits.SMEP));
        Assert.True(cpu.FetchInstruction(Guest.UserData));
    }

    private static Guest NewGuest(out PhysicalAddress other)
    {
        var guest = new Guest();
        guest.Pages.Map(guest.Root, 0xffff_8000_0000_0000, 0x20_0000, PageTableBits.Present | PageTableBits.Writable, 21);
        other = guest.Pages.NewRoot();
        foreach (var page in Pages[..7])
        {
            guest.Map(page, PageTableBits.Present | PageTableBits.Writable | PageTableBits.User, root: other);
        }

        guest.Machine.HostPageTable = guest.Root;
        guest.Machine[Reg.Cr4] |= Cr4Bits.PCIDE | Cr4Bits.SMAP;
        return guest;
    }

    private static (bool Done, ulong Value, Stop Stop) Do(Guest guest, PhysicalAddress other, int choice, ulong address, ulong value)
    {
        var cpu = guest.Machine.Cpu;
        var result = 0UL;
        var root = (value & 1) != 0 ? guest.Root.Value : other.Value;
        var pcid = (value >> 1 & 15) == 0 ? value >> 5 & 0xff : value >> 5 & 3; // now and then one of more than there are contexts
        bool done;
        switch (choice)
        {
            case < 9:
                done = cpu.Load64(address, out result);
                break;
            case < 12:
                done = cpu.Load8(address, out result);
                break;
            case < 20:
                done = cpu.Store64(address, value);
                break;
            case < 23:
                done = cpu.LoadForUpdate32(address, out result);
                break;
            case < 29:
                done = cpu.WriteControl(3, root | pcid | Cr3Bits.NoFlush);
                break;
            case 29:
                done = cpu.WriteControl(3, root | pcid);
                break;
            case 30:
                done = cpu.Invlpg(address);
                break;
            case 31:
                guest.Machine.Poke(Guest.Tables + 0x2F00, pcid);
                guest.Machine.Poke(Guest.Tables + 0x2F08, address);
                cpu.Cr3 = guest.Root.Value;
                done = cpu.Invpcid(value >> 8 & 3, Guest.Tables + 0x2F00);
                break;
            case 32:
                done = cpu.WriteControl(4, cpu.Cr4 ^ ((value & 7) == 0 ? Cr4Bits.PGE : Cr4Bits.SMAP));
                break;
            case 33:
                done = cpu.WriteControl(0, cpu.Cr0 ^ Cr0Bits.WP);
                break;
            case 34:
                done = cpu.SetFlag(Flags.AC, (value & 1) != 0);
                break;
            case 35:
                cpu.Cs = (value & 1) != 0 ? Guest.KernelCs : Guest.UserCs;
                done = true;
                break;
            default:
                // Change a right, or remap to the neighbour's frame, under one of the two tables.
                var entry = guest.Pages.EntryOf(root, address, address >> 47 << 47 == address >> 21 << 21 ? 21 : 12);
                var bits = guest.Machine.Memory.Read<ulong>(entry);
                guest.Machine.Memory.Write(entry, bits ^ (value >> 8 & 7) switch
                {
                    0 => PageTableBits.Present,
                    1 or 2 => PageTableBits.Writable,
                    3 => PageTableBits.User,
                    4 => PageTableBits.Global,
                    5 => PageTableBits.Accessed | PageTableBits.Dirty,
                    _ => 0x1000UL,
                });
                done = true;
                break;
        }

        return (done, result, done ? default : cpu.Fault());
    }

    private sealed class Nobody : IMachineObserver;
}
