using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

public class PagingTests
{
    private const ulong Page = 0x7000_0000_0000;

    /// <summary>Every combination of rights at the leaf, mode bits and access, against the sentences of SDM vol. 3A, 4.6.1 and 4.7.</summary>
    [Fact]
    public void Rights_and_error_codes_follow_4_6_1()
    {
        var guest = new Guest();
        guest.Map(Page, PageTableBits.Present | PageTableBits.User | PageTableBits.Writable);
        for (var bits = 0; bits < 1 << 11; bits++)
        {
            bool Bit(int n) => (bits >> n & 1) != 0;
            bool present = Bit(0), writable = Bit(1), userPage = Bit(2), noExecute = Bit(3);
            bool userMode = Bit(4), wp = Bit(5), smep = Bit(6), smap = Bit(7), ac = Bit(8);
            var access = (bits >> 9) switch { 0 => AccessKind.Read, 1 => AccessKind.Write, 2 => AccessKind.Fetch, _ => AccessKind.Read };
            var machine = guest.Machine;
            machine.Memory.Write(guest.EntryOf(Page), (machine.Memory.Read<ulong>(guest.EntryOf(Page)) & PageTableBits.AddressMask)
                | (present ? 1UL : 0) | (writable ? 2UL : 0) | (userPage ? 4UL : 0) | (noExecute ? PageTableBits.NoExecute : 0));
            machine[Reg.Cs] = userMode ? Guest.UserCs : Guest.KernelCs;
            machine[Reg.Cr0] = (machine[Reg.Cr0] & ~Cr0Bits.WP) | (wp ? Cr0Bits.WP : 0);
            machine[Reg.Cr4] = Cr4Bits.PAE | (smep ? Cr4Bits.SMEP : 0) | (smap ? Cr4Bits.SMAP : 0);
            machine[Reg.Rflags] = Flags.Reserved1 | (ac ? Flags.AC : 0);
            machine.Tlb.FlushAll();
            machine.Linear.ForgetWindows();

            bool allowed;
            if (access == AccessKind.Fetch)
            {
                allowed = !noExecute && (userMode ? userPage : !(userPage && smep));
            }
            else if (userMode)
            {
                allowed = userPage && (access == AccessKind.Read || writable);
            }
            else
            {
                allowed = !(userPage && smap && !ac) && (access == AccessKind.Read || writable || !wp);
            }

            allowed &= present;
            var cpu = machine.Cpu;
            var done = access switch
            {
                AccessKind.Read => cpu.Load64(Page, out _),
                AccessKind.Write => cpu.Store64(Page, 1),
                _ => cpu.FetchInstruction(Page),
            };
            Assert.True(allowed == done, $"combination {bits:x}: {access}");
            if (!done)
            {
                var code = (present ? 1u : 0) | (access == AccessKind.Write ? 2u : 0) | (userMode ? 4u : 0) | (access == AccessKind.Fetch ? 16u : 0);
                Assert.Equal(new Stop(StopKind.Fault, 14, code, Page), cpu.Fault());
            }
        }
    }

    [Theory]
    [InlineData(39)]
    [InlineData(30)]
    [InlineData(21)]
    [InlineData(12)]
    public void A_right_that_one_level_withholds_is_withheld(int level)
    {
        (ulong Set, ulong Clear, bool Fetch)[] cases = [(0, PageTableBits.Writable, false), (PageTableBits.NoExecute, 0, true), (0, PageTableBits.Present, false)];
        foreach (var (set, clear, fetch) in cases)
        {
            var guest = new Guest();
            guest.Map(Page, PageTableBits.Present | PageTableBits.Writable);
            guest.ChangeEntry(Page, set, clear, level);
            var cpu = guest.Machine.Cpu;
            Assert.False(fetch ? cpu.FetchInstruction(Page) : cpu.Store8(Page, 1));
            Assert.Equal(clear == PageTableBits.Present ? 2u : fetch ? 17u : 3u, cpu.Fault().ErrorCode);
        }
    }

    [Theory]
    [InlineData(12, PageTableBits.ReservedAddress & (1UL << 50))]
    [InlineData(21, 1UL << 15)]
    [InlineData(30, 1UL << 22)]
    [InlineData(39, PageTableBits.PageSize)]
    public void A_reserved_bit_is_a_fault_with_RSVD(int shift, ulong bit)
    {
        var guest = new Guest();
        if (shift is 21 or 30)
        {
            guest.Pages.Map(guest.Root, Page, 0, PageTableBits.Present | PageTableBits.Writable, shift);
        }
        else
        {
            guest.Map(Page, PageTableBits.Present | PageTableBits.Writable);
        }

        guest.ChangeEntry(Page, bit, shift: shift);
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.Load8(Page, out _));
        Assert.Equal(PageFaultBits.Present | PageFaultBits.Reserved, cpu.Fault().ErrorCode);
    }

    [Fact]
    public void Without_NXE_the_XD_bit_is_reserved()
    {
        var guest = new Guest();
        guest.Machine[Reg.Efer] &= ~EferBits.NXE;
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.Load8(Guest.Data, out _));
        Assert.Equal(9u, cpu.Fault().ErrorCode);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(21)]
    [InlineData(30)]
    public void Every_page_size_maps_its_offset(int shift)
    {
        var guest = new Guest();
        var offset = (1UL << shift) - 0x18;
        var frame = shift == 12 ? guest.Pages.TakeFrames() : new PhysicalAddress(0);
        guest.Pages.Map(guest.Root, Page, frame, PageTableBits.Present | PageTableBits.Writable, shift);
        var physical = frame.Value + (shift == 30 ? 0x12_3450 : offset);
        guest.Machine.Memory.Write(physical, 0x1122_3344_5566_7788UL);
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Load64(Page + (shift == 30 ? 0x12_3450 : offset), out var value));
        Assert.Equal(0x1122_3344_5566_7788UL, value);
    }

    [Fact]
    public void Accessed_is_set_at_every_level_and_dirty_by_a_write_only()
    {
        var guest = new Guest();
        guest.Map(Page, PageTableBits.Present | PageTableBits.Writable);
        foreach (var shift in new[] { 39, 30, 21, 12 })
        {
            guest.ChangeEntry(Page, 0, PageTableBits.Accessed | PageTableBits.Dirty, shift);
        }

        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Load8(Page, out _));
        Assert.All(new[] { 39, 30, 21, 12 }, shift => Assert.Equal(PageTableBits.Accessed, Flags(shift) & (PageTableBits.Accessed | PageTableBits.Dirty)));
        Assert.True(cpu.Store8(Page, 1));
        Assert.Equal(PageTableBits.Accessed | PageTableBits.Dirty, Flags(12) & (PageTableBits.Accessed | PageTableBits.Dirty));
        Assert.Equal(PageTableBits.Accessed, Flags(21) & (PageTableBits.Accessed | PageTableBits.Dirty));

        ulong Flags(int shift) => guest.Machine.Memory.Read<ulong>(guest.EntryOf(Page, shift));
    }

    [Fact]
    public void A_window_is_refused_while_a_flag_is_still_to_be_set()
    {
        var guest = new Guest();
        guest.Map(Page, PageTableBits.Present | PageTableBits.Writable);
        var cpu = guest.Machine.Cpu;
        Assert.True(System.Runtime.CompilerServices.Unsafe.IsNullRef(ref cpu.ReadWindow(Page, 8)));
        Assert.True(cpu.Load8(Page, out _));
        Assert.False(System.Runtime.CompilerServices.Unsafe.IsNullRef(ref cpu.ReadWindow(Page, 8)));
        Assert.True(System.Runtime.CompilerServices.Unsafe.IsNullRef(ref cpu.WriteWindow(Page, 8)));
        Assert.True(cpu.Store8(Page, 1));
        Assert.False(System.Runtime.CompilerServices.Unsafe.IsNullRef(ref cpu.WriteWindow(Page, 8)));
        Assert.True(System.Runtime.CompilerServices.Unsafe.IsNullRef(ref cpu.WriteWindow(Page + 4089, 8)));
    }

    [Theory]
    [InlineData(0x0000_8000_0000_0000UL)]
    [InlineData(0xffff_7fff_ffff_ffffUL)]
    [InlineData(0x0000_7fff_ffff_fffcUL)] // its last bytes are not canonical
    public void An_address_that_is_not_canonical_is_GP_or_SS(ulong address)
    {
        var guest = new Guest();
        guest.Map(0x0000_7fff_ffff_f000, PageTableBits.Present | PageTableBits.Writable);
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.Load64(address, out _));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        Assert.Equal(new Stop(StopKind.Fault, Vectors.StackFault), cpu.StackFault());
    }

    [Fact]
    public void An_access_across_two_pages_is_whole_or_not_at_all()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Store64(Guest.Data + 0xffc, 0x8877_6655_4433_2211));
        Assert.True(cpu.Load64(Guest.Data + 0xffc, out var value));
        Assert.Equal(0x8877_6655_4433_2211UL, value);
        Assert.True(cpu.Load32(Guest.Data + 0x1000, out value));
        Assert.Equal(0x8877_6655UL, value);

        guest.Unmap(Guest.Data + 0x2000);
        Assert.False(cpu.Store64(Guest.Data + 0x1ffc, ulong.MaxValue));
        Assert.Equal(Guest.Data + 0x2000, cpu.Fault().Address);
        Assert.True(cpu.Load32(Guest.Data + 0x1ffc, out value));
        Assert.Equal(0UL, value);
    }

    [Fact]
    public void Beyond_RAM_reads_give_ones_and_writes_are_lost()
    {
        var guest = new Guest();
        guest.Pages.Map(guest.Root, Page, (ulong)guest.Machine.Memory.Size, PageTableBits.Present | PageTableBits.Writable);
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Store64(Page, 1));
        Assert.True(cpu.Load64(Page, out var value));
        Assert.Equal(ulong.MaxValue, value);
    }

    [Fact]
    public void Builder_refuses_what_cannot_be_mapped()
    {
        var pages = new PageTableBuilder(new Machine(memorySize: 0x4000).Memory, 0x1000);
        var root = pages.NewRoot();
        Assert.Throws<ArgumentException>(() => pages.Map(root, 0x1001, 0, 1));
        Assert.Throws<ArgumentException>(() => pages.Map(root, 0x0000_8000_0000_0000, 0, 1));
        Assert.Throws<InvalidOperationException>(() => pages.TakeFrames(100));
        pages.Map(root, 0, 0, PageTableBits.Present, 30);
        Assert.Throws<ArgumentException>(() => pages.Map(root, 0x1000, 0, 1));
    }
}
