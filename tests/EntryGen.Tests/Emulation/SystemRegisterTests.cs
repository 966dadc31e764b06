using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

public class SystemRegisterTests
{
    [Theory]
    [InlineData(0, 0x8005_0033UL, true)]
    [InlineData(0, 0x1_8005_0033UL, false)] // upper half
    [InlineData(0, 0x0005_0033UL, false)] // PG off in 64-bit mode
    [InlineData(0, 0x8005_0032UL, false)] // PE off
    [InlineData(0, 0xA005_0033UL, false)] // NW without CD
    [InlineData(0, 0xE005_0033UL, true)]
    [InlineData(3, 0x8000_0000_0000_1000UL, false)] // bit 63 without PCIDE
    [InlineData(3, 0x1FFFUL, true)]
    [InlineData(3, 1UL << 46, false)] // beyond MAXPHYADDR
    [InlineData(3, 1UL << 61, false)] // LAM
    [InlineData(4, 0x6B0UL, true)]
    [InlineData(4, 0x690UL, false)] // PAE off
    [InlineData(4, 0x16B0UL, false)] // LA57
    [InlineData(4, 1UL << 40, false)]
    [InlineData(4, 0x2_06B0UL, true)] // PCIDE with CR3[11:0] = 0
    [InlineData(8, 15UL, true)]
    [InlineData(8, 16UL, false)]
    public void Mov_to_control_register_checks_its_value(int n, ulong value, bool allowed)
    {
        var cpu = new Guest().Machine.Cpu;
        Assert.Equal(allowed, cpu.WriteControl(n, value));
        if (allowed)
        {
            Assert.True(cpu.ReadControl(n, out var read));
            Assert.Equal(value, read);
        }
        else
        {
            Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        }
    }

    [Fact]
    public void PCIDE_needs_pcid_0_and_then_bit_63_is_a_hint_that_is_not_kept()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        cpu.Cr3 = guest.Root.Value | 1;
        Assert.False(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.PCIDE));
        cpu.Cr3 = guest.Root.Value;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.PCIDE));
        Assert.True(cpu.WriteControl(3, Cr3Bits.NoFlush | guest.Root.Value | 7));
        Assert.True(cpu.ReadControl(3, out var cr3));
        Assert.Equal(guest.Root.Value | 7, cr3);
    }

    [Fact]
    public void CET_and_WP_go_together()
    {
        var cpu = new Guest().Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.CET));
        Assert.False(cpu.WriteControl(0, cpu.Cr0 & ~Cr0Bits.WP));
        Assert.True(cpu.WriteControl(4, cpu.Cr4 & ~Cr4Bits.CET));
        Assert.True(cpu.WriteControl(0, cpu.Cr0 & ~Cr0Bits.WP));
        Assert.False(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.CET));
    }

    [Fact]
    public void Privileged_operations_fault_in_user_mode()
    {
        var guest = new Guest();
        guest.EnterUser();
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.ReadControl(3, out _));
        Assert.False(cpu.WriteControl(3, 0));
        Assert.False(cpu.ReadDebug(7, out _));
        Assert.False(cpu.SwapGs());
        Assert.False(cpu.ReadMsr());
        Assert.False(cpu.WriteMsr());
        Assert.False(cpu.Invlpg(0));
        Assert.False(cpu.Invpcid(2, Guest.UserData));
        Assert.False(cpu.SetFlag(Flags.IF, false));
        Assert.False(cpu.Lldt(0));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Halt());
        Assert.False(cpu.SetFlag(Flags.AC, true));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        Assert.False(cpu.ReadControl(1, out _));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
    }

    [Fact]
    public void SWAPGS_exchanges_and_twice_is_nothing()
    {
        var cpu = new Guest().Machine.Cpu;
        (cpu.GsBase, cpu.KernelGsBase) = (0x1000, Guest.Data);
        Assert.True(cpu.SwapGs());
        Assert.Equal((Guest.Data, 0x1000UL), (cpu.GsBase, cpu.KernelGsBase));
        Assert.Equal(Guest.Data, cpu.Machine.PerCpuBase.Value);
        Assert.True(cpu.SwapGs());
        Assert.Equal((0x1000UL, Guest.Data), (cpu.GsBase, cpu.KernelGsBase));
        Assert.Equal(Guest.Data, cpu.Machine.PerCpuBase.Value);
    }

    [Fact]
    public void FSGSBASE_instructions_need_their_bit_and_canonical_addresses()
    {
        var guest = new Guest();
        guest.EnterUser();
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.WriteBase(gs: true, 1));
        Assert.False(cpu.ReadBase(gs: true, out _));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        cpu.Cr4 |= Cr4Bits.FSGSBASE;
        Assert.True(cpu.WriteBase(gs: true, Guest.Data));
        Assert.True(cpu.ReadBase(gs: true, out var value));
        Assert.Equal(Guest.Data, value);
        Assert.False(cpu.WriteBase(gs: false, 1UL << 47));
        Assert.Equal(Vectors.GeneralProtection, cpu.Fault().Vector);
    }

    [Theory]
    [InlineData(0xC000_0101u, Guest.Data, true)]
    [InlineData(0xC000_0102u, 1UL << 47, false)]
    [InlineData(0xC000_0082u, Guest.Code, true)]
    [InlineData(0xC000_0082u, 1UL << 63, false)]
    [InlineData(0xC000_0084u, 0x4_7700UL, true)]
    [InlineData(0xC000_0084u, 1UL << 32, false)]
    [InlineData(0xC000_0103u, 5UL, true)]
    [InlineData(0xC000_0080u, 0xD01UL, true)]
    [InlineData(0xC000_0080u, 0xC01UL, false)] // LME while paging
    [InlineData(0xC000_0080u, 0x1D01UL, false)]
    [InlineData(0x48u, 1UL, true)]
    [InlineData(0x48u, 1UL << 20, false)]
    [InlineData(0x175u, Guest.Rsp0, true)]
    [InlineData(0xDEADu, 0UL, false)]
    public void WRMSR_and_RDMSR_agree(uint index, ulong value, bool allowed)
    {
        var cpu = new Guest().Machine.Cpu;
        (cpu.Rcx, cpu.Rax, cpu.Rdx) = (0xFFFF_FFFF_0000_0000 | index, 0xFFFF_FFFF_0000_0000 | (uint)value, value >> 32);
        Assert.Equal(allowed, cpu.WriteMsr());
        (cpu.Rax, cpu.Rdx) = (ulong.MaxValue, ulong.MaxValue);
        if (allowed)
        {
            Assert.True(cpu.ReadMsr());
            Assert.Equal(((ulong)(uint)value, value >> 32), (cpu.Rax, cpu.Rdx));
        }
    }

    [Fact]
    public void Command_registers_are_written_only()
    {
        var cpu = new Guest().Machine.Cpu;
        (cpu.Rcx, cpu.Rax, cpu.Rdx) = (0x49, 1, 0);
        Assert.True(cpu.WriteMsr());
        Assert.False(cpu.ReadMsr());
        cpu.Rax = 2;
        Assert.False(cpu.WriteMsr());
    }

    [Fact]
    public void MCG_STATUS_ends_a_machine_check()
    {
        var guest = new Guest();
        guest.SetGate(18, Guest.Code, ist: 1);
        Assert.Equal(default, guest.Machine.Deliver(18));
        var cpu = guest.Machine.Cpu;
        (cpu.Rcx, cpu.Rax, cpu.Rdx) = (0x17A, 0, 0);
        Assert.True(cpu.ReadMsr());
        Assert.Equal(4UL, cpu.Rax);
        cpu.Rax = 0;
        Assert.True(cpu.WriteMsr());
        Assert.Equal(default, guest.Machine.Deliver(18));
    }

    [Fact]
    public void Debug_registers_read_back_with_their_fixed_bits()
    {
        var cpu = new Guest().Machine.Cpu;
        Assert.True(cpu.WriteDebug(0, Guest.Code));
        Assert.True(cpu.ReadDebug(0, out var value));
        Assert.Equal(Guest.Code, value);
        Assert.True(cpu.WriteDebug(6, 0));
        Assert.True(cpu.ReadDebug(6, out value));
        Assert.Equal(0xFFFF_0FF0UL, value);
        Assert.True(cpu.WriteDebug(7, 0));
        Assert.True(cpu.ReadDebug(7, out value));
        Assert.Equal(0x400UL, value);
        Assert.False(cpu.WriteDebug(7, 1UL << 32));
        Assert.False(cpu.ReadDebug(4, out _));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        cpu.Dr7 |= 1UL << 13;
        Assert.False(cpu.WriteDebug(0, 0));
        Assert.Equal(Vectors.Debug, cpu.Fault().Vector);
        Assert.NotEqual(0UL, cpu.Dr6 & (1UL << 13));
    }

    [Fact]
    public void INVPCID_checks_type_descriptor_and_PCIDE()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.False(Try(4, 0, 0));
        Assert.False(Try(1, 1, 0), "PCIDE is off");
        Assert.True(Try(1, 0, 0));
        Assert.False(Try(2, 1UL << 12, 0), "reserved bits");
        Assert.False(Try(0, 0, 1UL << 47), "not canonical");
        Assert.True(Try(3, 0, 1UL << 47));
        Assert.False(guest.Machine.Cpu.Invpcid(2, 0x1000));
        Assert.Equal(Vectors.PageFault, cpu.Fault().Vector);

        bool Try(ulong type, ulong pcid, ulong address)
        {
            guest.Machine.Poke(Guest.Data, pcid);
            guest.Machine.Poke(Guest.Data + 8, address);
            return guest.Machine.Cpu.Invpcid(type, Guest.Data);
        }
    }

    [Fact]
    public void PUSHF_and_POPF_by_privilege()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        cpu.Rflags |= Flags.RF | Flags.AC;
        Assert.True(cpu.PushFlags(8));
        Assert.Equal([Flags.Reserved1 | Flags.IF | Flags.AC], guest.Words(Guest.StackTop - 8, 1));
        guest.Machine.Poke(Guest.StackTop - 8, Flags.All);
        Assert.True(cpu.PopFlags(8));
        Assert.Equal(Flags.All & ~(Flags.VM | Flags.RF | Flags.VIF | Flags.VIP) | Flags.Reserved1, cpu.Rflags);
        Assert.Equal(Guest.StackTop, cpu.Rsp);

        guest.EnterUser();
        cpu.Rflags = Flags.Reserved1 | Flags.IF;
        guest.Machine.Poke<ulong>(cpu.Rsp, Flags.IOPL | Flags.CF);
        Assert.True(cpu.PopFlags(8));
        Assert.Equal(Flags.Reserved1 | Flags.IF | Flags.CF, cpu.Rflags);

        cpu.Rsp = 0x8000_0000_0000_0000;
        Assert.False(cpu.PushFlags(8));
        Assert.Equal(Vectors.StackFault, cpu.Fault().Vector);
    }

    [Fact]
    public void STAC_opens_user_pages_and_CLAC_closes_them()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.SMAP));
        for (var round = 0; round < 2; round++)
        {
            Assert.False(cpu.Load8(Guest.UserData, out _));
            Assert.True(cpu.SetFlag(Flags.AC, true));
            Assert.True(cpu.Load8(Guest.UserData, out _));
            Assert.True(cpu.SetFlag(Flags.AC, false));
        }
    }

    [Fact]
    public void The_processors_own_accesses_ignore_AC_and_privilege()
    {
        var guest = new Guest();
        guest.Machine[Reg.Cr4] |= Cr4Bits.SMAP;
        guest.Machine[Reg.Rflags] |= Flags.AC;
        guest.Machine[Reg.GdtBase] = Guest.UserData;
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Load8(Guest.UserData, out _));
        Assert.False(cpu.Lsl(Guest.UserSs, out _, out _));
        Assert.Equal(new Stop(StopKind.Fault, 14, 1, Guest.UserData + 0x28), cpu.Fault());
    }

    [Fact]
    public void LSL_reads_byte_and_page_limits_that_are_visible()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Lsl(Guest.SmallLimit | 3, out var limit, out var zero));
        Assert.Equal((0x3007UL, true), (limit, zero));
        Assert.True(cpu.Lsl(Guest.KernelSs, out limit, out zero));
        Assert.Equal((0xFFFF_FFFFUL, true), (limit, zero));
        Assert.True(cpu.Lsl(Guest.KernelSs | 3, out _, out zero));
        Assert.False(zero);
        Assert.True(cpu.Lsl(0, out _, out zero));
        Assert.False(zero);
        Assert.True(cpu.Lsl(0x1000, out _, out zero));
        Assert.False(zero);
        Assert.True(cpu.Verw(Guest.KernelSs, out zero));
        Assert.True(zero);
        Assert.True(cpu.Verw(Guest.SmallLimit, out zero));
        Assert.False(zero);
        guest.Unmap(Guest.Tables);
        cpu.WriteControl(3, cpu.Cr3);
        Assert.False(cpu.Verw(Guest.KernelSs, out _));
        Assert.Equal(Vectors.PageFault, cpu.Fault().Vector);
    }

    [Fact]
    public void Segments_load_with_their_checks()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.MoveToSegment(3, Guest.UserSs));
        Assert.Equal(Guest.UserSs, cpu.Ds);
        Assert.False(cpu.MoveToSegment(3, Guest.NotPresentData | 3));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.SegmentNotPresent, 0x38), cpu.Fault());
        Assert.False(cpu.MoveToSegment(1, Guest.UserSs));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        Assert.False(cpu.MoveToSegment(3, 0x1000));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection, 0x1000), cpu.Fault());
        Assert.False(cpu.MoveToSegment(3, Guest.KernelSs | 3));
        cpu.GsBase = 0x1234;
        Assert.True(cpu.MoveToSegment(5, 0));
        Assert.Equal(0UL, cpu.GsBase);
        Assert.False(cpu.MoveToSegment(2, Guest.UserSs));
        Assert.True(cpu.MoveToSegment(2, Guest.KernelSs));
        Assert.Equal(EventBits.MovSsShadow, cpu.EventState);
    }

    [Fact]
    public void LLDT_gives_local_segments()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.MoveToSegment(3, 0xf), "no LDT is loaded");
        Assert.False(cpu.Lldt(Guest.Tss));
        Assert.True(cpu.Lldt(Guest.Ldt));
        Assert.True(cpu.StoreSelector(task: false, out var stored));
        Assert.Equal(Guest.Ldt, stored);
        Assert.True(cpu.MoveToSegment(3, 0xf));
        Assert.True(cpu.Lldt(0));
        Assert.False(cpu.MoveToSegment(0, 0xf));
    }
}
