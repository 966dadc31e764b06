using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>IRETQ, SYSCALL, SYSRET, SYSENTER.</summary>
public class ReturnTests
{
    private const ulong Stack = Guest.StackTop - 40;

    private static bool Iretq(Guest guest, ulong rip, ulong cs, ulong flags, ulong rsp, ulong ss)
    {
        ulong[] frame = [rip, cs, flags, rsp, ss];
        for (var i = 0; i < 5; i++)
        {
            guest.Machine.Poke(Stack + ((ulong)i * 8), frame[i]);
        }

        guest.Machine[Reg.Rsp] = Stack;
        var cpu = guest.Machine.Cpu;
        return cpu.Iretq();
    }

    [Fact]
    public void IRETQ_goes_back_to_user_mode()
    {
        var guest = new Guest();
        Assert.True(Iretq(guest, Guest.UserCode, Guest.UserCs, 0x246, 0x7fff_0000, Guest.UserSs));
        Assert.Equal(
            (Guest.UserCode, Guest.UserCs, 0x246UL, 0x7fff_0000UL, Guest.UserSs),
            (guest.Registers(Reg.Rip), guest.Registers(Reg.Cs), guest.Registers(Reg.Rflags), guest.Registers(Reg.Rsp), guest.Registers(Reg.Ss)));
        Assert.False(guest.Machine.Cpu.Load8(Guest.Data, out _), "user mode may not read kernel pages");
    }

    [Fact]
    public void IRETQ_to_user_mode_drops_kernel_segments_and_keeps_bases()
    {
        var guest = new Guest();
        guest.Machine[Reg.Ds] = Guest.KernelSs;
        guest.Machine[Reg.Es] = Guest.UserSs;
        guest.Machine[Reg.GsBase] = 0x1234;
        Assert.True(Iretq(guest, Guest.UserCode, Guest.UserCs, 2, 0, Guest.UserSs));
        Assert.Equal((0UL, Guest.UserSs, 0x1234UL), (guest.Registers(Reg.Ds), guest.Registers(Reg.Es), guest.Registers(Reg.GsBase)));
    }

    [Fact]
    public void IRETQ_in_the_kernel_pops_the_stack_pointer_too()
    {
        var guest = new Guest();
        Assert.True(Iretq(guest, Guest.Code + 0x10, Guest.KernelCs, 2, Guest.StackTop - 0x500, Guest.KernelSs));
        Assert.Equal((Guest.Code + 0x10, Guest.StackTop - 0x500), (guest.Registers(Reg.Rip), guest.Registers(Reg.Rsp)));
        Assert.True(Iretq(guest, Guest.Code, Guest.KernelCs, 2, Guest.StackTop, 0), "SS may be null at CPL 0");
    }

    [Theory]
    [InlineData(0x8000_0000_0000_0000UL, Guest.UserCs, Guest.UserSs, 13, 0u)] // not canonical
    [InlineData(Guest.UserCode, 0UL, Guest.UserSs, 13, 0u)]
    [InlineData(Guest.UserCode, 3UL, Guest.UserSs, 13, 0u)]
    [InlineData(Guest.UserCode, 0x1003UL, Guest.UserSs, 13, 0x1000u)]
    [InlineData(Guest.UserCode, Guest.UserSs, Guest.UserSs, 13, 0x28u)]
    [InlineData(Guest.UserCode, 0x13UL, Guest.UserSs, 13, 0x10u)] // RPL is not DPL
    [InlineData(Guest.UserCode, Guest.UserCs, 3UL, 13, 0u)] // null SS for CPL 3
    [InlineData(Guest.UserCode, Guest.UserCs, Guest.KernelSs, 13, 0x18u)]
    [InlineData(Guest.UserCode, Guest.UserCs, 0x3bUL, 12, 0x38u)] // SS not present
    [InlineData(Guest.UserCode, Guest.UserCs, 0x63UL, 13, 0x60u)] // SS read-only
    public void IRETQ_faults_with_the_stack_as_it_was(ulong rip, ulong cs, ulong ss, byte vector, uint errorCode)
    {
        var guest = new Guest();
        guest.Machine[Reg.EventState] = EventBits.NmiBlocked;
        Assert.False(Iretq(guest, rip, cs, 2, 0, ss));
        Assert.Equal(new Stop(StopKind.Fault, vector, errorCode), guest.Machine.Cpu.Fault());
        Assert.Equal((Stack, Guest.KernelCs, Guest.Code), (guest.Registers(Reg.Rsp), guest.Registers(Reg.Cs), guest.Registers(Reg.Rip)));
        Assert.Equal(0UL, guest.Registers(Reg.EventState));
    }

    [Fact]
    public void IRETQ_with_NT_is_GP()
    {
        var guest = new Guest();
        guest.Machine[Reg.Rflags] |= Flags.NT;
        Assert.False(Iretq(guest, Guest.UserCode, Guest.UserCs, 2, 0, Guest.UserSs));
        Assert.Equal(Vectors.GeneralProtection, guest.Machine.Cpu.Fault().Vector);
    }

    [Fact]
    public void IRETQ_from_a_stack_that_is_not_canonical_is_SS()
    {
        var guest = new Guest();
        guest.Machine[Reg.Rsp] = 0x8000_0000_0000_0000;
        Assert.False(guest.Machine.Cpu.Iretq());
        Assert.Equal(new Stop(StopKind.Fault, Vectors.StackFault), guest.Machine.Cpu.Fault());
    }

    [Fact]
    public void IRETQ_to_a_16_bit_stack_leaks_the_kernels_upper_half()
    {
        var guest = new Guest();
        Assert.True(guest.Machine.Cpu.Lldt(Guest.Ldt));
        Assert.True(Iretq(guest, 0x1000, Guest.UserCs32, 2, 0x1_2345_6789, 0xf));
        Assert.Equal(((Stack + 40) & 0xffff_0000) | 0x6789, guest.Registers(Reg.Rsp));
        Assert.True(Iretq(guest: Kernel(guest), 0x1000, Guest.UserCs32, 2, 0x1_2345_6789, Guest.UserSs));
        Assert.Equal(0x2345_6789UL, guest.Registers(Reg.Rsp));

        static Guest Kernel(Guest guest)
        {
            guest.Machine[Reg.Cs] = Guest.KernelCs;
            return guest;
        }
    }

    [Fact]
    public void IRETQ_changes_IF_and_IOPL_by_privilege()
    {
        var guest = new Guest();
        Assert.True(Iretq(guest, Guest.UserCode, Guest.UserCs, 0x3202 | Flags.RF, Guest.UserData + 0x800, Guest.UserSs));
        Assert.Equal(0x3202UL, guest.Registers(Reg.Rflags));
        guest.Machine[Reg.Rflags] = 0x202; // IOPL 0 in user mode: neither changes
        guest.Machine[Reg.Rsp] = Guest.UserData;
        guest.Machine.Poke<ulong>(Guest.UserData, Guest.UserCode);
        guest.Machine.Poke(Guest.UserData + 8, Guest.UserCs);
        guest.Machine.Poke<ulong>(Guest.UserData + 16, 0x3002);
        guest.Machine.Poke<ulong>(Guest.UserData + 24, 0);
        guest.Machine.Poke(Guest.UserData + 32, Guest.UserSs);
        Assert.True(guest.Machine.Cpu.Iretq());
        Assert.Equal(0x202UL, guest.Registers(Reg.Rflags));
    }

    [Fact]
    public void SYSCALL_saves_in_registers_and_touches_no_memory()
    {
        var guest = new Guest();
        guest.EnterUser();
        guest.Machine[Reg.Lstar] = Guest.Code;
        guest.Machine[Reg.Cstar] = Guest.Code + 0x800;
        guest.Machine[Reg.Sfmask] = Flags.IF | Flags.DF | Flags.AC | Flags.TF;
        guest.Machine[Reg.Rflags] = Flags.Reserved1 | Flags.IF | Flags.DF | Flags.RF | Flags.CF;
        var cpu = guest.Machine.Cpu;
        var rsp = cpu.Rsp;
        Assert.True(cpu.Syscall(Guest.UserCode + 2));
        Assert.Equal((Guest.UserCode + 2, Flags.Reserved1 | Flags.IF | Flags.DF | Flags.CF), (cpu.Rcx, cpu.R11));
        Assert.Equal((Guest.Code, Flags.Reserved1 | Flags.CF, rsp), (cpu.Rip, cpu.Rflags, cpu.Rsp));
        Assert.Equal((Guest.KernelCs, Guest.KernelSs), (cpu.Cs, cpu.Ss));
        Assert.True(cpu.Load8(Guest.Data, out _), "kernel pages are readable now");

        cpu.Cs = Guest.UserCs32;
        Assert.True(cpu.Syscall(Guest.UserCode + 2));
        Assert.Equal(Guest.Code + 0x800, cpu.Rip);
        cpu.Efer &= ~EferBits.SCE;
        Assert.False(cpu.Syscall(0));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
    }

    [Fact]
    public void SYSRET_returns_to_64_and_32_bit_code()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        cpu.Rcx = Guest.UserCode;
        cpu.R11 = ulong.MaxValue;
        Assert.True(cpu.Sysret(8));
        Assert.Equal((Guest.UserCode, Guest.UserCs, Guest.UserSs, 0x3c7fd7UL), (cpu.Rip, cpu.Cs, cpu.Ss, cpu.Rflags));
        Assert.False(cpu.Sysret(8), "not at CPL 3");

        cpu.Cs = Guest.KernelCs;
        cpu.Rcx = 0x1_0000_1000;
        Assert.True(cpu.Sysret(4));
        Assert.Equal((0x1000UL, Guest.UserCs32), (cpu.Rip, cpu.Cs));
    }

    [Fact]
    public void SYSRET_to_an_address_that_is_not_canonical_faults_in_the_kernel()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        cpu.Rcx = 0x0000_8000_0000_0000;
        Assert.False(cpu.Sysret(8));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        Assert.Equal(Guest.KernelCs, cpu.Cs);
    }

    [Fact]
    public void SYSENTER_leaves_NT_AC_DF_and_TF_to_the_user()
    {
        var guest = new Guest();
        guest.EnterUser();
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.Sysenter(Guest.UserCode));
        cpu.SysenterCs = Guest.KernelCs;
        cpu.SysenterEsp = Guest.Rsp0;
        cpu.SysenterEip = Guest.Code;
        cpu.Rflags = Flags.Reserved1 | Flags.IF | Flags.NT | Flags.AC | Flags.DF | Flags.TF;
        Assert.True(cpu.Sysenter(Guest.UserCode));
        Assert.Equal((Guest.Code, Guest.Rsp0, Guest.KernelCs, Guest.KernelSs), (cpu.Rip, cpu.Rsp, cpu.Cs, cpu.Ss));
        Assert.Equal(Flags.Reserved1 | Flags.NT | Flags.AC | Flags.DF | Flags.TF, cpu.Rflags);
    }

    [Fact]
    public void SYSEXIT_returns_by_RCX_and_RDX()
    {
        foreach (var bySteps in new[] { false, true })
        {
            foreach (var (text, isLong) in new[] { ("sysexitq", true), ("sysexitl", false) })
            {
                var guest = new AssembledGuest(text);
                guest.Machine[Reg.SysenterCs] = 0x10;
                (guest.Machine[Reg.Rcx], guest.Machine[Reg.Rdx]) = (Guest.UserData | (isLong ? 0 : 7UL << 32), 0x41_0000 | (isLong ? 0 : 7UL << 32));
                guest.Machine[Reg.Rflags] = Flags.Reserved1 | Flags.NT | Flags.IF;
                Assert.Equal(StopKind.Left, guest.Execute(bySteps).Kind);
                Assert.Equal((0x41_0000UL, Guest.UserData), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp]));
                Assert.Equal(isLong ? (0x33UL, 0x3bUL) : (0x23UL, 0x2bUL), (guest.Machine[Reg.Cs], guest.Machine[Reg.Ss]));
                Assert.Equal(Flags.Reserved1 | Flags.NT | Flags.IF, guest.Machine[Reg.Rflags]);
            }
        }
    }

    [Fact]
    public void SYSEXIT_checks_its_level_its_segment_and_addresses()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.Sysexit(8), "IA32_SYSENTER_CS is null");
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        cpu.SysenterCs = 0x10;
        cpu.Rcx = 1UL << 62;
        Assert.False(cpu.Sysexit(8));
        Assert.True(new Guest().Machine.Cpu is var other && Prepared(other, 1UL << 62).Sysexit(4), "32-bit code has no such addresses");
        (cpu.Rcx, cpu.Rdx) = (0, 1UL << 62);
        Assert.False(cpu.Sysexit(8));
        cpu.Rdx = 0;
        guest.Machine.Vendor = ProcessorVendor.Amd;
        Assert.False(cpu.Sysexit(8));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        guest.Machine.Vendor = ProcessorVendor.Intel;
        cpu.Cr4 |= Cr4Bits.FRED;
        Assert.False(cpu.Sysexit(8));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        cpu.Cr4 &= ~Cr4Bits.FRED;
        Assert.True(cpu.Sysexit(8));
        Assert.False(cpu.Sysexit(8), "CPL 3");

        static Cpu Prepared(Cpu cpu, ulong rcx)
        {
            (cpu.SysenterCs, cpu.Rcx) = (0x10, rcx);
            return cpu;
        }
    }

    [Theory]
    [InlineData("iretw", 2)]
    [InlineData("iretl", 4)]
    [InlineData("iretq", 8)]
    public void IRET_pops_five_words_of_its_size(string text, int width)
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest(text);
            ulong[] frame = [0x4321, Guest.UserCs, 0x25_4246, 0x1_8000, Guest.UserSs];
            for (var i = 0; i < frame.Length; i++)
            {
                guest.Machine.Poke(Stack + (ulong)(i * width), BitConverter.GetBytes(frame[i]).AsSpan(0, width));
            }

            guest.Machine[Reg.Rsp] = Stack;
            guest.Machine[Reg.EventState] = EventBits.NmiBlocked;
            guest.Machine[Reg.Rflags] |= Flags.AC;
            Assert.Equal(StopKind.Left, guest.Execute(bySteps).Kind);
            Assert.Equal((0x4321UL, Guest.UserCs, Guest.UserSs, 0UL), (guest.Machine[Reg.Rip], guest.Machine[Reg.Cs], guest.Machine[Reg.Ss], guest.Machine[Reg.EventState]));
            Assert.Equal(width == 2 ? 0x8000UL : 0x1_8000, guest.Machine[Reg.Rsp]);

            // 16 bits replace the lower half of RFLAGS; AC and ID are above it.
            Assert.Equal(width == 2 ? 0x4246 | Flags.AC : 0x24_4246, guest.Machine[Reg.Rflags]);
        }
    }
}
