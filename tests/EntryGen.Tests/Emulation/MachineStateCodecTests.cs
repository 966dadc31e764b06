using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Bytes of a state: canonical, complete, and readable by another machine of the same origin.</summary>
public class MachineStateCodecTests
{
    [Fact]
    public void The_origin_has_no_differences_and_a_change_undone_is_none()
    {
        var guest = new Guest();
        var codec = Codec(guest);
        var origin = codec.Encode().ToArray();
        Assert.Equal(new byte[6], origin);

        var cpu = guest.Machine.Cpu;
        cpu.Store64(Guest.Data, 7);
        cpu.Rbx = 3;
        var changed = codec.Encode().ToArray();
        Assert.NotEqual(origin, changed);
        cpu.Rbx = 0;
        cpu.Store64(Guest.Data, 0);
        cpu.Invlpg(Guest.Data);
        Assert.NotEqual(origin, codec.Encode().ToArray()); // the walk has set A and D
        guest.ChangeEntry(Guest.Data, 0, PageTableBits.Accessed | PageTableBits.Dirty);
        guest.ChangeEntry(Guest.Data, 0, PageTableBits.Accessed, shift: 39);
        var rest = codec.Encode().ToArray();
        guest.Machine.Restore(guest.Machine.Snapshot());
        Assert.Equal(rest, codec.Encode().ToArray());
    }

    [Fact]
    public void The_order_in_which_entries_were_made_leaves_no_trace()
    {
        byte[] State(params int[] pages)
        {
            var guest = new Guest();
            var codec = Codec(guest);
            foreach (var page in pages)
            {
                Assert.True(guest.Machine.Cpu.Load8(Guest.Data + ((ulong)page << 12), out _));
            }

            return codec.Encode().ToArray();
        }

        Assert.Equal(State(0, 1, 2), State(2, 0, 1, 1));
        Assert.NotEqual(State(0, 1, 2), State(0, 1));
    }

    [Fact]
    public void A_shadow_is_state_and_is_counted_from_the_boundary()
    {
        var guest = new Guest();
        guest.Machine[Reg.Rflags] &= ~Flags.IF;
        var codec = Codec(guest);
        var states = new List<byte[]>();
        foreach (var budget in new[] { 1000L, 77L })
        {
            codec.Decode(new byte[6]);
            guest.Machine.Budget = budget;
            var cpu = guest.Machine.Cpu;
            cpu.SetFlag(Flags.IF, true);
            cpu.Budget--;
            states.Add(codec.Encode().ToArray());
        }

        Assert.Equal(states[0], states[1]);
        guest.Machine.Budget = 5;
        codec.Decode(states[0]);
        Assert.False(guest.Machine.AcceptsInterrupts);
        var view = guest.Machine.Cpu;
        view.Budget--;
        Assert.True(guest.Machine.AcceptsInterrupts);
        Assert.NotEqual(states[0], codec.Encode().ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void States_with_the_same_bytes_go_on_the_same(int seed)
    {
        var random = new Random(seed);
        var first = new Guest();
        var second = new Guest();
        var here = Codec(first);
        var there = Codec(second);
        for (var round = 0; round < 60; round++)
        {
            var other = random.Next(3) == 0 ? first.Machine.Snapshot() : null; // other versions of memory must not confuse
            for (var i = random.Next(40); i > 0; i--)
            {
                Operate(first, random.Next());
            }

            var state = here.Encode().ToArray();
            for (var i = random.Next(40); i > 0; i--)
            {
                Operate(second, random.Next());
            }

            there.Decode(state);
            Assert.Equal(state, there.Encode().ToArray());
            for (var i = 0; i < 40; i++)
            {
                var operation = random.Next();
                Assert.Equal(Operate(first, operation), Operate(second, operation));
                Assert.Equal(here.Encode().ToArray(), there.Encode().ToArray());
            }

            if (other is not null)
            {
                first.Machine.Restore(other);
            }
        }
    }

    [Fact]
    public void Bytes_that_are_no_state_are_refused()
    {
        var guest = new Guest();
        var codec = Codec(guest);
        guest.Machine.Cpu.Store64(Guest.Data, 0x1234);
        var state = codec.Encode().ToArray();
        for (var length = 0; length < state.Length; length++)
        {
            Assert.Throws<ArgumentException>(() => codec.Decode(state.AsSpan(0, length)));
        }

        Assert.Throws<ArgumentException>(() => codec.Decode([.. state, 0]));
        codec.Decode(state);
        Assert.Equal(0x1234UL, guest.Machine.Peek<ulong>(Guest.Data));
        Assert.Throws<ArgumentException>(() => new MachineStateCodec(new Guest().Machine, guest.Machine.Snapshot()));
    }

    private static MachineStateCodec Codec(Guest guest) => new(guest.Machine, guest.Machine.Snapshot());

    /// <summary>One operation that a number chooses; what it gives.</summary>
    private static (bool, ulong) Operate(Guest guest, int number)
    {
        var random = new Random(number);
        var cpu = guest.Machine.Cpu;
        var address = Guest.Data + (ulong)random.Next(4 * 4096 - 8);
        guest.Machine.Budget = 1000;
        switch (random.Next(10))
        {
            case 0:
                return (cpu.WriteControl(3, guest.Root.Value), cpu.Cr3);
            case 1:
                return (cpu.Invlpg(address), 0);
            case 2:
                // Without a flush: what the TLB holds decides about the next access.
                guest.ChangeEntry(address, 0, PageTableBits.Writable);
                return default;
            case 3:
                guest.ChangeEntry(address, PageTableBits.Writable);
                return default;
            case 4:
                cpu.Rax = cpu.Rbx;
                cpu.Rbx = (ulong)random.NextInt64();
                return (true, cpu.Rax);
            case 5:
                return (cpu.SetFlag(Flags.IF, random.Next(2) == 0), guest.Machine.AcceptsInterrupts ? 1UL : 0);
            case 6:
                return (cpu.SwapGs(), cpu.GsBase);
            case < 9:
                return (cpu.Store64(address, (ulong)random.NextInt64()), cpu.Cr2);
            default:
                var isRead = cpu.Load64(address, out var value);
                return (isRead, value);
        }
    }
}
