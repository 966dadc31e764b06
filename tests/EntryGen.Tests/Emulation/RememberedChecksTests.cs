using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>What was accepted once is not checked in full again; whatever it depended on may have changed since.</summary>
public class RememberedChecksTests
{
    private const ulong Stack = Guest.StackTop - 40;
    private const ulong CodeDescriptor = Guest.Tables + Guest.KernelCs;
    private const ulong StackDescriptor = Guest.Tables + Guest.KernelSs;
    private const ulong PresentBit = 1UL << 47;

    [Fact]
    public void Blocks_that_an_access_may_lie_in_never_have_the_same_window()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var address = (ulong)random.NextInt64() | ((i & 1) == 0 ? 0x7F_FFFF_F000UL : 0);
            for (var distance = PhysicalMemory.BlockSize; distance <= PhysicalMemory.PageSize; distance += PhysicalMemory.BlockSize)
            {
                Assert.NotEqual(WindowCache.Offset(address), WindowCache.Offset(address + (ulong)distance));
                Assert.NotEqual(WindowCache.Offset(ulong.MaxValue), WindowCache.Offset((ulong)distance - 1));
            }
        }
    }

    [Theory]
    [InlineData(CodeDescriptor, Guest.KernelCs)]
    [InlineData(StackDescriptor, Guest.KernelSs)]
    public void IRETQ_sees_that_a_descriptor_has_changed(ulong descriptor, ulong selector)
    {
        var guest = Returned(out var cpu);
        guest.Machine.Poke(descriptor, guest.Machine.Peek<ulong>(descriptor) & ~PresentBit);
        Assert.False(Return(cpu));
        Assert.Equal((selector, selector == Guest.KernelCs ? Vectors.SegmentNotPresent : Vectors.StackFault), (cpu.Fault().ErrorCode, cpu.Fault().Vector));
        guest.Machine.Poke(descriptor, guest.Machine.Peek<ulong>(descriptor) | PresentBit);
        Assert.True(Return(cpu));
    }

    [Fact]
    public void IRETQ_sees_that_the_table_has_become_shorter()
    {
        Returned(out var cpu);
        cpu.GdtLimit = Guest.KernelSs - 1;
        Assert.False(Return(cpu));
        Assert.Equal((Vectors.GeneralProtection, (uint)Guest.KernelSs), (cpu.Fault().Vector, cpu.Fault().ErrorCode));
    }

    [Fact]
    public void IRETQ_sees_that_the_table_is_no_longer_mapped()
    {
        var guest = Returned(out var cpu);
        guest.Unmap(Guest.Tables);
        Assert.True(Return(cpu), "the translation is still in the TLB");
        Assert.True(cpu.Invlpg(Guest.Tables));
        Assert.False(Return(cpu));
        Assert.Equal((Vectors.PageFault, Guest.Tables + Guest.KernelCs), (cpu.Fault().Vector, cpu.Fault().Address));
    }

    [Fact]
    public void IRETQ_refuses_from_user_mode_what_it_accepted_in_the_kernel()
    {
        Returned(out var cpu);
        cpu.Cs = Guest.UserCs;
        Assert.False(Return(cpu));
    }

    [Theory]
    [InlineData(Flags.NT, false)]
    [InlineData(Flags.AC, true)]
    public void IRETQ_sees_flags_that_need_more(ulong flags, bool isAccepted)
    {
        var guest = Returned(out var cpu);
        cpu.Cr4 |= Cr4Bits.SMAP;
        Assert.True(Return(cpu));
        cpu.Rflags |= flags;
        Assert.Equal(isAccepted, Return(cpu));
        Assert.Equal(isAccepted, (guest.Machine[Reg.Rflags] & flags) == 0);
        Assert.False(isAccepted && cpu.Load8(Guest.UserData, out _), "AC is clear again, so SMAP keeps the kernel from user pages");
    }

    [Fact]
    public void IRETQ_lets_NMIs_in_each_time()
    {
        var guest = Returned(out var cpu);
        guest.Machine[Reg.EventState] |= EventBits.NmiBlocked;
        Assert.True(Return(cpu));
        Assert.Equal(0UL, guest.Machine[Reg.EventState] & EventBits.NmiBlocked);
    }

    [Fact]
    public void CR3_written_again_is_seen_by_who_observes()
    {
        var guest = Switched(out var cpu, out var value);
        var observer = new Counter();
        using (guest.Machine.Observe(observer))
        {
            Assert.True(cpu.WriteControl(3, value));
            Assert.True(cpu.WriteControl(3, value));
        }

        Assert.True(cpu.WriteControl(3, value));
        Assert.Equal(2, observer.Writes);
    }

    [Fact]
    public void CR3_written_again_needs_privilege_and_PCIDs()
    {
        Switched(out var cpu, out var value);
        cpu.Cs = Guest.UserCs;
        Assert.False(cpu.WriteControl(3, value));
        cpu.Cs = Guest.KernelCs | 1;
        Assert.False(cpu.WriteControl(3, value));
        cpu.Cs = Guest.KernelCs;
        Assert.True(cpu.WriteControl(3, value));
        Assert.True(cpu.WriteControl(3, value & ~(Cr3Bits.NoFlush | Cr3Bits.PcidMask)));
        Assert.True(cpu.WriteControl(4, cpu.Cr4 & ~Cr4Bits.PCIDE));
        Assert.False(cpu.WriteControl(3, value), "bit 63 is reserved without PCIDs");
    }

    private static Guest Switched(out Cpu cpu, out ulong value)
    {
        var guest = new Guest();
        guest.Machine[Reg.Cr4] |= Cr4Bits.PCIDE;
        cpu = guest.Machine.Cpu;
        value = guest.Root.Value | 5 | Cr3Bits.NoFlush;
        for (var time = 0; time < 3; time++)
        {
            Assert.True(cpu.WriteControl(3, value));
            Assert.Equal(value & ~Cr3Bits.NoFlush, cpu.Cr3);
        }

        return guest;
    }

    /// <summary>A guest that returned twice within the kernel by the same pair of segments.</summary>
    private static Guest Returned(out Cpu cpu)
    {
        var guest = new Guest();
        ulong[] frame = [Guest.Code, Guest.KernelCs, Flags.Reserved1, Stack, Guest.KernelSs];
        for (var i = 0; i < frame.Length; i++)
        {
            guest.Machine.Poke(Stack + ((ulong)i * 8), frame[i]);
        }

        cpu = guest.Machine.Cpu;
        Assert.True(Return(cpu));
        Assert.True(Return(cpu));
        return guest;
    }

    private static bool Return(Cpu cpu)
    {
        cpu.Rsp = Stack;
        return cpu.Iretq();
    }

    private sealed class Counter : IMachineObserver
    {
        public int Writes { get; private set; }

        public void ControlWrite(Machine machine, int register, ulong old, ulong operand) => Writes++;
    }
}
