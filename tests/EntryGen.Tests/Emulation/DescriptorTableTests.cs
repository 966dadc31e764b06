using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>The registers of descriptor tables, the task and the machine status word, by SDM vol. 2 and vol. 3A, 2.4 and 2.8.</summary>
public class DescriptorTableTests
{
    private const ulong OtherTable = Guest.Data + 0x100;
    private static readonly Stop _gp = new(StopKind.Fault, Vectors.GeneralProtection);

    [Fact]
    public void Tables_are_stored_and_loaded_as_limit_and_base()
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest("sgdt (%rdi); sidt 16(%rdi); lgdt (%rsi); lidt 16(%rsi); hlt");
            var tables = (guest.Machine[Reg.GdtLimit], guest.Machine[Reg.GdtBase], guest.Machine[Reg.IdtLimit], guest.Machine[Reg.IdtBase]);
            (guest.Machine[Reg.Rdi], guest.Machine[Reg.Rsi]) = (Guest.Data + 0xFF8, Guest.Data + 0x200);
            Write(guest.Machine, Guest.Data + 0x200, 0x1234, OtherTable);
            Write(guest.Machine, Guest.Data + 0x210, 0xFFFF, OtherTable + 0x400);
            Assert.Equal(StopKind.Halted, guest.Execute(bySteps).Kind);
            Assert.Equal(tables, (Limit(0xFF8), Base(0xFF8), Limit(0x1008), Base(0x1008)));
            Assert.Equal((0x1234UL, OtherTable), (guest.Machine[Reg.GdtLimit], guest.Machine[Reg.GdtBase]));
            Assert.Equal((0xFFFFUL, OtherTable + 0x400), (guest.Machine[Reg.IdtLimit], guest.Machine[Reg.IdtBase]));

            ulong Limit(ulong offset) => guest.Machine.Peek<ushort>(Guest.Data + offset);
            ulong Base(ulong offset) => guest.Machine.Peek<ulong>(Guest.Data + offset + 2);
        }
    }

    [Theory]
    [InlineData("lgdt (%rsi)")]
    [InlineData("lidt (%rsi)")]
    public void A_base_must_be_canonical(string text)
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest(text + "; hlt");
            guest.Machine[Reg.Rsi] = Guest.Data;
            Write(guest.Machine, Guest.Data, 0x1000, 1UL << 62);
            var tables = (guest.Machine[Reg.GdtBase], guest.Machine[Reg.IdtBase]);
            Assert.Equal(_gp, guest.Execute(bySteps));
            Assert.Equal(tables, (guest.Machine[Reg.GdtBase], guest.Machine[Reg.IdtBase]));
        }
    }

    [Theory]
    [InlineData("sgdt (%rsp)", Vectors.StackFault)]
    [InlineData("lidt 8(%rbp)", Vectors.StackFault)]
    [InlineData("sidt (%rax)", Vectors.GeneralProtection)]
    public void An_operand_that_is_not_canonical_faults_by_its_segment(string text, byte vector)
    {
        var guest = new AssembledGuest(text + "; hlt");
        guest.Machine[Reg.Rsp] = guest.Machine[Reg.Rbp] = guest.Machine[Reg.Rax] = 1UL << 62;
        Assert.Equal(vector, guest.Execute(bySteps: false).Vector);
    }

    [Fact]
    public void What_is_stored_across_two_pages_is_stored_whole_or_not_at_all()
    {
        var guest = new Guest();
        guest.Unmap(Guest.Data + 0x1000);
        guest.Machine.Poke(Guest.Data + 0xFFC, 0x5555_5555U);
        Assert.False(guest.Machine.Cpu.StoreTable(false, Guest.Data + 0xFFC));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.PageFault, 2, Guest.Data + 0x1000), guest.Machine.Cpu.Fault());
        Assert.Equal(0x5555_5555U, guest.Machine.Peek<uint>(Guest.Data + 0xFFC));
    }

    [Theory]
    [InlineData(0UL, Vectors.GeneralProtection, 0U)]
    [InlineData(3UL, Vectors.GeneralProtection, 0U)]
    [InlineData(Guest.Tss | 4, Vectors.GeneralProtection, 0x44U)] // in the LDT
    [InlineData(Guest.Tss, Vectors.GeneralProtection, 0x40U)] // busy
    [InlineData(Guest.Ldt, Vectors.GeneralProtection, 0x50U)]
    [InlineData(Guest.KernelSs, Vectors.GeneralProtection, 0x18U)]
    [InlineData(0x68UL, Vectors.GeneralProtection, 0x68U)] // the upper half is beyond the limit
    public void LTR_checks_its_descriptor(ulong selector, byte vector, uint errorCode)
    {
        var cpu = new Guest().Machine.Cpu;
        Assert.False(cpu.Ltr(selector));
        Assert.Equal(new Stop(StopKind.Fault, vector, errorCode), cpu.Fault());
        Assert.Equal(Guest.Tss, cpu.TrSelector);
    }

    [Fact]
    public void LTR_marks_the_TSS_as_busy_and_takes_its_limit()
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest("ltr %ax; str %ebx; str 8(%rdi); hlt");
            (guest.Machine[Reg.Rax], guest.Machine[Reg.Rdi], guest.Machine[Reg.TrSelector]) = (Guest.Tss, Guest.Data, 0);
            var descriptor = guest.Machine.Peek<ulong>(Guest.Tables + Guest.Tss);
            guest.Machine.Poke(Guest.Tables + Guest.Tss, (descriptor & ~0x200_0000_FFFFUL) | 0x22);
            guest.Machine.Poke(Guest.Data + 8, ulong.MaxValue);
            Assert.Equal(StopKind.Halted, guest.Execute(bySteps).Kind);
            Assert.Equal((descriptor & ~0xFFFFUL) | 0x22, guest.Machine.Peek<ulong>(Guest.Tables + Guest.Tss));
            Assert.Equal((Guest.Tss, 0xFFFF_FFFF_FFFF_0000 | Guest.Tss), (guest.Machine[Reg.Rbx], guest.Machine.Peek<ulong>(Guest.Data + 8)));

            // The limit ends before IST1.
            guest.Guest.SetGate(32, Guest.Code);
            guest.Guest.SetGate(33, Guest.Code, ist: 1);
            guest.Guest.SetGate(Vectors.InvalidTss, Guest.Code);
            Assert.Equal(default, guest.Machine.Deliver(32));
            guest.Machine[Reg.Rsp] = Guest.StackTop;
            Assert.Equal(default, guest.Machine.Deliver(33));
            Assert.Equal(Guest.Tss | 1, guest.Machine.Peek<ulong>(guest.Machine[Reg.Rsp]));
        }
    }

    [Fact]
    public void LTR_of_a_TSS_that_is_not_there_or_in_a_table_that_cannot_be_written()
    {
        var guest = new Guest();
        var descriptor = guest.Machine.Peek<ulong>(Guest.Tables + Guest.Tss) & ~(1UL << 41);
        guest.Machine.Poke(Guest.Tables + Guest.Tss, descriptor & ~(1UL << 47));
        Assert.False(guest.Machine.Cpu.Ltr(Guest.Tss));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.SegmentNotPresent, (uint)Guest.Tss), guest.Machine.Cpu.Fault());
        guest.Machine.Poke(Guest.Tables + Guest.Tss, descriptor);
        guest.ChangeEntry(Guest.Tables, 0, PageTableBits.Writable);
        Assert.False(guest.Machine.Cpu.Ltr(Guest.Tss));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.PageFault, 3, Guest.Tables + Guest.Tss), guest.Machine.Cpu.Fault());
    }

    [Fact]
    public void The_status_word_loads_four_bits_and_never_clears_PE()
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest("lmsw %ax; smsw %rbx; clts; smsw %ecx; smsw %dx; smsw (%rdi); hlt");
            var cr0 = guest.Machine[Reg.Cr0];
            (guest.Machine[Reg.Rax], guest.Machine[Reg.Rdx], guest.Machine[Reg.Rdi]) = (0xFFFC, ulong.MaxValue, Guest.Data);
            guest.Machine.Poke(Guest.Data, ulong.MaxValue);
            Assert.Equal(StopKind.Halted, guest.Execute(bySteps).Kind);
            var loaded = (cr0 & ~Cr0Bits.MP) | Cr0Bits.TS | Cr0Bits.EM;
            var after = loaded & ~Cr0Bits.TS;
            Assert.Equal((loaded, after, 0xFFFF_FFFF_FFFF_0000 | (after & 0xFFFF)), (guest.Machine[Reg.Rbx], guest.Machine[Reg.Rcx], guest.Machine[Reg.Rdx]));
            Assert.Equal((after, 0xFFFF_FFFF_FFFF_0000 | (after & 0xFFFF)), (guest.Machine[Reg.Cr0], guest.Machine.Peek<ulong>(Guest.Data)));
        }
    }

    [Fact]
    public void Loading_is_privileged_and_with_UMIP_storing_too()
    {
        var guest = new Guest();
        guest.EnterUser();
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.LoadTable(false, Guest.UserData));
        Assert.False(cpu.LoadTable(true, Guest.UserData));
        Assert.False(cpu.Ltr(Guest.Tss));
        Assert.False(cpu.LoadStatusWord(1));
        Assert.False(cpu.ClearTaskSwitched());
        Assert.False(cpu.InvalidateCaches());
        Assert.Equal(_gp, cpu.Fault());

        Assert.True(cpu.StoreTable(false, Guest.UserData));
        Assert.True(cpu.StoreSelector(true, out _));
        Assert.True(cpu.StoreStatusWord(out _));
        cpu.Cr4 |= Cr4Bits.UMIP;
        Assert.False(cpu.StoreTable(false, Guest.UserData));
        Assert.False(cpu.StoreTable(true, Guest.UserData));
        Assert.False(cpu.StoreSelector(false, out _));
        Assert.False(cpu.StoreSelector(true, out _));
        Assert.False(cpu.StoreStatusWord(out _));
        Assert.Equal(_gp, cpu.Fault());
        cpu.Cs = Guest.KernelCs;
        Assert.True(cpu.StoreSelector(true, out _));
    }

    [Theory]
    [InlineData(Guest.KernelCs, 0x00A0_9B00UL)]
    [InlineData(Guest.UserSs, 0x00C0_F300UL)]
    [InlineData(Guest.SmallLimit, 0x0040_F500UL)] // bits 19:16 of the limit are not shown
    [InlineData(Guest.Tss, 0x8B00UL)]
    [InlineData(0x70UL, 0x8C00UL)] // a call gate
    [InlineData(0x80UL, null)] // an interrupt gate
    [InlineData(0UL, null)]
    [InlineData(0x1000UL, null)]
    [InlineData(Guest.KernelSs | 3, null)] // RPL above DPL
    public void LAR_shows_what_a_selector_names(ulong selector, ulong? rights)
    {
        foreach (var (text, kept, mask) in new[] { ("lar %ax, %ebx", 0UL, 0xFFFF_FFFFUL), ("lar %rax, %rbx", 0UL, 0xFFFF_FFFFUL), ("lar %ax, %bx", 0x1111_1111_1111_0000UL, 0xFFFFUL) })
        {
            foreach (var bySteps in new[] { false, true })
            {
                var guest = new AssembledGuest(text + "; setz %cl; verr %ax; setz %ch; hlt");
                guest.Machine.Poke(Guest.Tables + 0x70, 0x0000_8C00_0000_0000UL);
                guest.Machine.Poke(Guest.Tables + 0x80, 0x0000_8E00_0000_0000UL);
                guest.Machine[Reg.GdtLimit] = 0x8F;
                (guest.Machine[Reg.Rax], guest.Machine[Reg.Rbx], guest.Machine[Reg.Rcx]) = (selector, 0x1111_1111_1111_1111, 0);
                Assert.Equal(StopKind.Halted, guest.Execute(bySteps).Kind);
                Assert.Equal(rights is { } shown ? kept | (shown & mask) : 0x1111_1111_1111_1111, guest.Machine[Reg.Rbx]);
                var isSegment = rights is not (null or 0x8B00 or 0x8C00);
                Assert.Equal((rights is null ? 0UL : 1) | (isSegment ? 0x100UL : 0), guest.Machine[Reg.Rcx]);
            }
        }
    }

    private static void Write(Machine machine, ulong address, ushort limit, ulong start)
    {
        machine.Poke(address, limit);
        machine.Poke(address + 2, start);
    }
}
