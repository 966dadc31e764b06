using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Ports, counters, CPUID and XCR0, on generated code in both forms.</summary>
public class PlatformTests
{
    private const ulong Old = 0x1111_1111_1111_1111;

    private sealed class Recorder : IPlatform
    {
        public List<string> Calls { get; } = [];

        public uint In(Machine machine, ushort port, int width)
        {
            Calls.Add($"in {port:x} {width}");
            return 0xa1b2_c3d4;
        }

        public void Out(Machine machine, ushort port, int width, uint value) => Calls.Add($"out {port:x} {width} {value:x}");

        public CpuidResult Cpuid(Machine machine, uint leaf, uint subleaf) => new(leaf + 1, subleaf + 2, 3, 4);

        public ulong ReadTimeStampCounter(Machine machine) => 0x1234_5678_9abc_def0;

        public ulong? ReadPerformanceCounter(Machine machine, uint index) => index == 7 ? ulong.MaxValue : null;
    }

    private static IEnumerable<(AssembledGuest Guest, Recorder Platform)> Run(string text, Action<Machine> prepare, Stop? fault = null)
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest(text + "; hlt");
            var platform = new Recorder();
            guest.Machine.Platform = platform;
            (guest.Machine[Reg.Rax], guest.Machine[Reg.Rdx]) = (Old, Old);
            prepare(guest.Machine);
            Assert.Equal(fault ?? new Stop(StopKind.Halted), guest.Execute(bySteps));
            yield return (guest, platform);
        }
    }

    [Theory]
    [InlineData("inb $0x80, %al", "in 80 1", 0x1111_1111_1111_11d4UL)]
    [InlineData("inw $0x80, %ax", "in 80 2", 0x1111_1111_1111_c3d4UL)]
    [InlineData("inl $0xff, %eax", "in ff 4", 0xa1b2_c3d4UL)]
    [InlineData("in (%dx), %al", "in 1111 1", 0x1111_1111_1111_11d4UL)]
    [InlineData("inl %dx, %eax", "in 1111 4", 0xa1b2_c3d4UL)]
    [InlineData("outb %al, $0x80", "out 80 1 11", Old)]
    [InlineData("outw %ax, $0xff", "out ff 2 1111", Old)]
    [InlineData("outl %eax, (%dx)", "out 1111 4 11111111", Old)]
    public void IN_and_OUT_go_to_the_platform(string text, string call, ulong rax)
    {
        foreach (var (guest, platform) in Run(text, _ => { }))
        {
            Assert.Equal([call], platform.Calls);
            Assert.Equal(rax, guest.Machine[Reg.Rax]);
        }
    }

    [Fact]
    public void Nobody_answers_at_a_port_unless_told_to()
    {
        var cpu = new Guest().Machine.Cpu;
        Assert.True(cpu.In(0x3f8, 4, out var value));
        Assert.Equal(0xFFFF_FFFFUL, value);
        Assert.True(cpu.In(0x3f8, 1, out value));
        Assert.Equal(0xFFUL, value);
        Assert.True(cpu.Out(0x3f8, 1, 0x41));
    }

    // The bitmap begins behind the TSS; bits of a port may lie in two bytes, and one byte more than the last has to be within the limit.
    [Theory]
    [InlineData(0x13F, 1, 0x100, true)]
    [InlineData(0x13F, 1, 0x8F, false)] // limit: 104 + 0x27 is the byte, one more is needed
    [InlineData(0x13F, 1, 0x90, true)]
    [InlineData(0x146, 2, 0x100, true)]
    [InlineData(0x147, 2, 0x100, false)] // bit 0x148 is set
    [InlineData(0x145, 4, 0x100, false)]
    [InlineData(0x148, 1, 0x100, false)]
    [InlineData(0x149, 1, 0x100, true)]
    [InlineData(0xFFFF, 1, 0x100, false)]
    public void Above_IOPL_the_TSS_says_which_ports_may_be_used(int port, int width, int limit, bool isAllowed)
    {
        var guest = new Guest();
        SetTss(guest, (ulong)limit);
        guest.Machine.Poke(Tss + 102, (ushort)104);
        for (var i = 0UL; i < 0x80; i++)
        {
            guest.Machine.Poke(Tss + 104 + i, i == 0x148 / 8 ? (byte)1 : (byte)0);
        }

        guest.EnterUser();
        var cpu = guest.Machine.Cpu;
        Assert.Equal(isAllowed, cpu.In((ulong)port, width, out _));
        Assert.Equal(isAllowed, cpu.Out((ulong)port, width, 0));
        if (!isAllowed)
        {
            Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        }

        cpu.Rflags |= Flags.IOPL;
        Assert.True(cpu.In((ulong)port, width, out _));
    }

    [Fact]
    public void A_TSS_without_a_bitmap_allows_no_port()
    {
        // The bitmap is said to begin behind the limit.
        var guest = new Guest();
        guest.Machine.Poke(guest.Machine[Reg.TrBase] + 102, ushort.MaxValue);
        guest.EnterUser();
        Assert.False(guest.Machine.Cpu.In(0x80, 1, out _));
        guest.Machine[Reg.TrSelector] = 0;
        Assert.False(guest.Machine.Cpu.Out(0x80, 1, 0));
    }

    private const ulong Tss = Guest.Data + 0x800;

    // LTR of a TSS in the data pages with a limit of its own.
    private static void SetTss(Guest guest, ulong limit)
    {
        guest.Machine.Poke(Guest.Tables + Guest.Tss, 0x0000_8900_0000_0000 | limit | ((Tss & 0xFF_FFFF) << 16) | ((Tss >> 24 & 0xFF) << 56));
        guest.Machine.Poke(Guest.Tables + Guest.Tss + 8, Tss >> 32);
        Assert.True(guest.Machine.Cpu.Ltr(Guest.Tss));
        Assert.Equal(Tss, guest.Machine[Reg.TrBase]);
    }

    [Fact]
    public void CPUID_is_what_the_platform_says()
    {
        foreach (var (guest, _) in Run("cpuid", machine => (machine[Reg.Rax], machine[Reg.Rcx], machine[Reg.Rbx]) = (Old << 32 | 0x10, Old << 32 | 0x20, Old)))
        {
            Assert.Equal((0x11UL, 0x22UL, 3UL, 4UL), (guest.Machine[Reg.Rax], guest.Machine[Reg.Rbx], guest.Machine[Reg.Rcx], guest.Machine[Reg.Rdx]));
        }
    }

    [Fact]
    public void CPUID_enumerates_what_the_machine_models()
    {
        var machine = new Guest().Machine;
        Assert.Equal("GenuineIntel", VendorName(machine));
        Assert.Equal(CpuidTable.Default(machine, 0xD, 0), CpuidTable.Default(machine, 0x1234, 0));
        Assert.Equal(46U | 48 << 8, CpuidTable.Default(machine, 0x8000_0008, 0).Eax);
        Assert.Equal(1U << 20, CpuidTable.Default(machine, 7, 0).Edx & 1 << 20);
        Assert.Equal(0U, CpuidTable.Default(machine, 7, 0).Ecx & 0x98); // no PKU, no shadow stacks
        Assert.Equal(7U << 17, CpuidTable.Default(machine, 7, 1).Eax);
        Assert.Equal(0U, CpuidTable.Default(machine, 1, 0).Ecx & 1 << 27);
        machine[Reg.Cr4] |= Cr4Bits.OSXSAVE;
        Assert.Equal(1U << 27, CpuidTable.Default(machine, 1, 0).Ecx & 1 << 27);
        Assert.Equal((7U, 576U, 832U), (CpuidTable.Default(machine, 0xD, 0).Eax, CpuidTable.Default(machine, 0xD, 0).Ebx, CpuidTable.Default(machine, 0xD, 0).Ecx));
        machine[Reg.Xcr0] = 7;
        Assert.Equal(832U, CpuidTable.Default(machine, 0xD, 0).Ebx);

        machine.Vendor = ProcessorVendor.Amd;
        Assert.Equal("AuthenticAMD", VendorName(machine));
        Assert.Equal(default, CpuidTable.Default(machine, 0x1234, 0));
    }

    private static string VendorName(Machine machine)
    {
        var result = CpuidTable.Default(machine, 0, 0);
        return System.Text.Encoding.ASCII.GetString([.. BitConverter.GetBytes(result.Ebx), .. BitConverter.GetBytes(result.Edx), .. BitConverter.GetBytes(result.Ecx)]);
    }

    [Fact]
    public void Time_is_counted_in_instructions()
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest("nop; rdtsc; mov %eax, %ebx; nop; rdtscp; hlt");
            (guest.Machine[Reg.TscAux], guest.Machine[Reg.Rax], guest.Machine[Reg.Rdx]) = (0x55, Old, Old);
            guest.Machine.TimeStampCounter = 0x7_FFFF_FFFE;
            Assert.Equal(StopKind.Halted, guest.Execute(bySteps).Kind);
            Assert.Equal((0xFFFF_FFFFUL, 2UL, 8UL, 0x55UL), (guest.Machine[Reg.Rbx], guest.Machine[Reg.Rax], guest.Machine[Reg.Rdx], guest.Machine[Reg.Rcx]));
            Assert.Equal(0x8_0000_0003UL + 1, guest.Machine.TimeStampCounter);
        }

        foreach (var (guest, _) in Run("rdtsc", _ => { }))
        {
            Assert.Equal((0x9abc_def0UL, 0x1234_5678UL), (guest.Machine[Reg.Rax], guest.Machine[Reg.Rdx]));
        }
    }

    [Fact]
    public void A_new_budget_does_not_move_the_clock_and_snapshots_cover_it()
    {
        var guest = new AssembledGuest("nop; nop; hlt");
        Assert.Equal(0UL, guest.Machine.TimeStampCounter);
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal(1UL, guest.Machine.TimeStampCounter);
        guest.Machine.Budget = 5;
        Assert.Equal(1UL, guest.Machine.TimeStampCounter);
        var snapshot = guest.Machine.Snapshot();
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        guest.Machine.Budget = 1_000;
        Assert.Equal(2UL, guest.Machine.TimeStampCounter);
        guest.Machine.Restore(snapshot);
        Assert.Equal(1UL, guest.Machine.TimeStampCounter);
    }

    // A shadow is of one instruction, whatever the host does to the budget meanwhile.
    [Fact]
    public void A_new_budget_does_not_end_a_shadow()
    {
        var guest = new AssembledGuest("sti; nop; hlt");
        guest.Machine[Reg.Rflags] &= ~Flags.IF;
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        guest.Machine.Budget += 17;
        Assert.False(guest.Machine.AcceptsInterrupts);
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.True(guest.Machine.AcceptsInterrupts);
    }

    [Fact]
    public void TSD_keeps_the_time_from_user_mode()
    {
        var guest = new Guest();
        guest.EnterUser();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.ReadTimeStampCounter(withAux: true));
        cpu.Cr4 |= Cr4Bits.TSD;
        Assert.False(cpu.ReadTimeStampCounter(withAux: false));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        cpu.Cs = Guest.KernelCs;
        Assert.True(cpu.ReadTimeStampCounter(withAux: false));
    }

    [Fact]
    public void A_performance_counter_needs_the_right_and_has_to_be_there()
    {
        foreach (var (guest, _) in Run("rdpmc", machine => machine[Reg.Rcx] = Old << 32 | 7))
        {
            Assert.Equal((0xFFFF_FFFFUL, 0xFFFFUL), (guest.Machine[Reg.Rax], guest.Machine[Reg.Rdx]));
        }

        var gp = new Stop(StopKind.Fault, Vectors.GeneralProtection);
        Assert.Equal(2, Run("rdpmc", machine => machine[Reg.Rcx] = 8, gp).Count());
        var user = new Guest();
        user.EnterUser();
        var cpu = user.Machine.Cpu;
        cpu.Rcx = 1 << 30;
        Assert.False(cpu.ReadPerformanceCounter());
        Assert.Equal(gp, cpu.Fault());
        cpu.Cr4 |= Cr4Bits.PCE;
        user.Machine.TimeStampCounter = 99;
        Assert.True(cpu.ReadPerformanceCounter());
        Assert.Equal(99UL, cpu.Rax);
    }

    [Fact]
    public void Protection_keys_are_not_there()
    {
        var ud = new Stop(StopKind.Fault, Vectors.InvalidOpcode);
        foreach (var text in new[] { "rdpkru", "wrpkru" })
        {
            Assert.Equal(2, Run(text, machine => machine[Reg.Rcx] = 0, ud).Count());
        }

        Assert.False(new Guest().Machine.Cpu.WriteControl(4, 0x6B0 | 1 << 22), "CR4.PKE");
    }

    [Theory]
    [InlineData(0UL, 7UL, true)]
    [InlineData(0UL, 1UL, true)]
    [InlineData(0xFFFF_FFFF_0000_0000UL, 3UL, true)] // only ECX counts
    [InlineData(0UL, 2UL, false)] // x87 state is always there
    [InlineData(0UL, 5UL, false)] // AVX needs SSE
    [InlineData(0UL, 0xFUL, false)] // the processor has no such state
    [InlineData(0UL, 1UL | 1UL << 63, false)]
    [InlineData(1UL, 7UL, false)] // no such register
    public void XCR0_checks_its_value(ulong rcx, ulong value, bool isAllowed)
    {
        void Prepare(Machine machine)
        {
            machine[Reg.Cr4] |= Cr4Bits.OSXSAVE;
            (machine[Reg.Rcx], machine[Reg.Rdx], machine[Reg.Rax]) = (rcx, value >> 32, value & 0xFFFF_FFFF);
        }

        var gp = new Stop(StopKind.Fault, Vectors.GeneralProtection);
        foreach (var (guest, _) in Run("xsetbv", Prepare, isAllowed ? null : gp))
        {
            Assert.Equal(isAllowed ? value : 1, guest.Machine[Reg.Xcr0]);
        }

        foreach (var (guest, _) in Run("xgetbv", machine =>
        {
            Prepare(machine);
            machine[Reg.Xcr0] = 3;
        }, (uint)rcx == 0 ? null : gp))
        {
            Assert.Equal((uint)rcx == 0 ? (3UL, 0UL) : (value & 0xFFFF_FFFF, value >> 32), (guest.Machine[Reg.Rax], guest.Machine[Reg.Rdx]));
        }
    }

    [Fact]
    public void XCR0_needs_OSXSAVE_and_writing_it_CPL_0()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        (cpu.Rcx, cpu.Rdx, cpu.Rax) = (0, 0, 1);
        Assert.False(cpu.ReadExtendedControl());
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        Assert.False(cpu.WriteExtendedControl());
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);
        cpu.Cr4 |= Cr4Bits.OSXSAVE;
        guest.EnterUser();
        Assert.True(cpu.ReadExtendedControl());
        Assert.False(cpu.WriteExtendedControl());
        Assert.Equal(Vectors.GeneralProtection, cpu.Fault().Vector);
    }
}
