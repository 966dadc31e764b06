using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Indirect-branch tracking, by SDM vol. 1, 17.3, on generated code in both forms.</summary>
public class BranchTrackingTests
{
    private const ulong On = CetBits.EndbranchEnable;
    private static readonly Stop _missing = new(StopKind.Fault, Vectors.ControlProtection, 3);

    // s0 goes to the target in RAX by the instruction; s1 and s2 are targets.
    private static AssembledGuest Kernel(string branch, ulong control = On, params string[] more)
    {
        var guest = new AssembledGuest([branch, "endbr64; mov $1, %ebx; hlt", "mov $2, %ebx; hlt", .. more]);
        guest.Machine[Reg.Cr4] |= Cr4Bits.CET;
        guest.Machine[Reg.SCet] = control;
        guest.Machine[Reg.Rax] = guest[1];
        return guest;
    }

    private static Stop Execute(AssembledGuest guest, bool bySteps)
    {
        guest.Machine[Reg.Rip] = guest[0];
        return guest.Execute(bySteps);
    }

    public static TheoryData<string, bool> Branches
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var branch in new[] { "jmp *%rax", "call *%rax", "push %rax; jmp *(%rsp)", "push %rax; call *(%rsp)" })
            {
                data.Add(branch, false);
                data.Add(branch, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Branches))]
    public void An_indirect_branch_must_reach_ENDBR64(string branch, bool bySteps)
    {
        var guest = Kernel(branch);
        Assert.Equal(StopKind.Halted, Execute(guest, bySteps).Kind);
        Assert.Equal((1UL, On), (guest.Machine[Reg.Rbx], guest.Machine[Reg.SCet]));

        guest = Kernel(branch);
        guest.Machine[Reg.Rax] = guest[2];
        Assert.Equal(_missing, Execute(guest, bySteps));

        // The branch has retired, its target has done nothing.
        Assert.Equal((guest[2], 0UL), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rbx]));
        Assert.Equal(On | CetBits.WaitForEndbranch, guest.Machine[Reg.SCet]);
    }

    [Theory]
    [MemberData(nameof(Branches))]
    public void Nothing_is_tracked_where_it_is_not_enabled(string branch, bool bySteps)
    {
        foreach (var turnOff in new Action<Machine>[]
        {
            machine => machine[Reg.Cr4] &= ~Cr4Bits.CET,
            machine => machine[Reg.SCet] = 0,
            machine => (machine[Reg.SCet], machine[Reg.UCet]) = (0, On),
            machine => machine[Reg.SCet] |= CetBits.Suppress,
        })
        {
            var guest = Kernel(branch);
            guest.Machine[Reg.Rax] = guest[2];
            turnOff(guest.Machine);
            var before = guest.Machine[Reg.SCet];
            Assert.Equal(StopKind.Halted, Execute(guest, bySteps).Kind);
            Assert.Equal((2UL, before), (guest.Machine[Reg.Rbx], guest.Machine[Reg.SCet]));
        }
    }

    [Theory]
    [InlineData("notrack jmp *%rax", On, true)]
    [InlineData("ds jmp *%rax", On, true)]
    [InlineData("notrack call *%rax", On, true)]
    [InlineData("notrack jmp *%rax", On | CetBits.NoTrackEnable, false)]
    [InlineData("ds call *%rax", On | CetBits.NoTrackEnable, false)]
    [InlineData("jmp *%rax", On | CetBits.NoTrackEnable, true)]
    [InlineData("push %rax; ret", On, false)]
    [InlineData("jmp 1f; nop; 1: jmp *%rax", On, true)]
    public void NOTRACK_counts_where_it_is_enabled(string branch, ulong control, bool isTracked)
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = Kernel(branch, control);
            guest.Machine[Reg.Rax] = guest[2];
            Assert.Equal(isTracked ? StopKind.Fault : StopKind.Halted, Execute(guest, bySteps).Kind);
        }
    }

    [Theory]
    [InlineData("endbr32", false)]
    [InlineData("nop", false)]
    [InlineData("ud2", false)]
    [InlineData("endbr64", true)]
    [InlineData("int3", true)]
    public void Only_ENDBR64_and_INT3_are_targets(string instruction, bool isTarget)
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = Kernel("jmp *%rax", On, instruction + "; hlt");
            guest.Guest.SetGate(Vectors.Breakpoint, guest[1]);
            guest.Machine[Reg.Rax] = guest[3];
            Assert.Equal(isTarget, Execute(guest, bySteps) != _missing);

            // The handler of INT3 begins with ENDBR64 itself.
            Assert.Equal(instruction == "int3" ? 1UL : 0, guest.Machine[Reg.Rbx]);
        }
    }

    [Fact]
    public void ENDBR64_ends_suppression()
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = Kernel("endbr64; jmp *%rax", On | CetBits.Suppress);
            guest.Machine[Reg.Rax] = guest[2];
            Assert.Equal(_missing, Execute(guest, bySteps));
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_legacy_page_is_entered_and_suppresses_tracking(bool isMarked, bool isSuppressDisabled)
    {
        var control = On | CetBits.LegacyEnable | Guest.Data | (isSuppressDisabled ? CetBits.SuppressDisable : 0);
        var guest = Kernel("jmp *%rax", control);
        guest.Machine[Reg.Rax] = guest[2];
        var page = guest[2] >> 12 & 0xF_FFFF_FFFF;
        guest.Guest.Map((Guest.Data + (page >> 3)) & ~0xFFFUL, PageTableBits.Present | PageTableBits.Writable);
        guest.Machine.Poke(Guest.Data + (page >> 3), (byte)(isMarked ? 1 << (int)(page & 7) : ~(1 << (int)(page & 7))));
        Assert.Equal(isMarked ? StopKind.Halted : StopKind.Fault, Execute(guest, bySteps: true).Kind);
        var expected = isMarked ? isSuppressDisabled ? 0 : CetBits.Suppress : CetBits.WaitForEndbranch;
        Assert.Equal(expected, guest.Machine[Reg.SCet] & (CetBits.Suppress | CetBits.WaitForEndbranch));
    }

    [Fact]
    public void Events_and_system_calls_want_ENDBR64_and_the_user_keeps_its_tracker()
    {
        foreach (var enter in new Func<AssembledGuest, bool>[]
        {
            guest => guest.Machine.Deliver(32).Kind == StopKind.None,
            guest => guest.Machine.Cpu.Syscall(Guest.UserCode),
            guest => guest.Machine.Cpu.Sysenter(Guest.UserCode),
            guest => guest.Machine.Cpu.SoftwareInterrupt(32, Guest.UserCode),
        })
        {
            foreach (var target in new[] { 1, 2 })
            {
                var guest = Kernel("iretq", On | CetBits.Suppress);
                guest.Machine[Reg.UCet] = On | CetBits.WaitForEndbranch;
                guest.Guest.SetGate(32, guest[target], dpl: 3);
                (guest.Machine[Reg.Lstar], guest.Machine[Reg.SysenterEip], guest.Machine[Reg.SysenterCs]) = (guest[target], guest[target], Guest.KernelCs);
                guest.Machine[Reg.SysenterEsp] = Guest.Rsp0;
                guest.Guest.EnterUser();
                Assert.True(enter(guest));
                Assert.Equal(On | CetBits.WaitForEndbranch, guest.Machine[Reg.SCet]);
                Assert.Equal(On | CetBits.WaitForEndbranch, guest.Machine[Reg.UCet]);
                var cpu = guest.Machine.Cpu;
                Assert.Equal(target == 1 ? new Stop(StopKind.Halted) : _missing, guest.Code.Unit.Run(ref cpu));
            }
        }
    }

    [Fact]
    public void A_return_to_user_mode_goes_on_waiting()
    {
        var guest = Kernel("iretq", On, "nop");
        foreach (var shift in new[] { 12, 21, 30, 39 })
        {
            guest.Guest.ChangeEntry(guest[0], PageTableBits.User, shift: shift);
        }

        guest.Machine[Reg.UCet] = On | CetBits.WaitForEndbranch;
        guest.Guest.SetGate(32, guest[0]);
        guest.Guest.EnterUser(rip: guest[3]);
        Assert.Equal(default, guest.Machine.Deliver(32));

        // The handler begins with IRETQ.
        guest.Machine[Reg.SCet] = On;
        var cpu = guest.Machine.Cpu;
        Assert.Equal(_missing, guest.Code.Unit.Run(ref cpu));
        Assert.Equal((guest[3], Guest.UserCs), (guest.Machine[Reg.Rip], guest.Machine[Reg.Cs]));
    }

    // The frame says that #CP is a fault with an error code; its handler is a target, too.
    [Fact]
    public void The_exception_is_delivered_to_the_guest()
    {
        var guest = Kernel("jmp *%rax");
        guest.Machine[Reg.Rax] = guest[2];
        guest.Guest.SetGate(Vectors.ControlProtection, guest[1]);
        Assert.Equal(StopKind.Halted, guest.Machine.Run(guest.Code.Unit).Kind);
        Assert.Equal(1UL, guest.Machine[Reg.Rbx]);
        Assert.Equal([3UL, guest[2]], guest.Guest.Words(guest.Machine[Reg.Rsp], 2));
        Assert.NotEqual(0UL, guest.Guest.Words(guest.Machine[Reg.Rsp], 4)[3] & Flags.RF);
    }

    [Fact]
    public void A_breakpoint_on_the_target_and_a_fault_of_its_fetch_come_first()
    {
        var guest = Kernel("jmp *%rax");
        guest.Machine[Reg.Rax] = guest[2];
        Assert.True(guest.Machine.Cpu.WriteDebug(0, guest[2]));
        Assert.True(guest.Machine.Cpu.WriteDebug(7, 2));
        Assert.Equal(Vectors.Debug, Execute(guest, bySteps: false).Vector);

        guest = Kernel("jmp *%rax");
        guest.Machine[Reg.Rax] = guest[2] + 0x10_0000;
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.False(guest.Machine.Cpu.FetchInstruction(guest.Machine[Reg.Rip]));
        Assert.Equal(Vectors.PageFault, guest.Machine.Cpu.Fault().Vector);
    }

    [Fact]
    public void A_tracker_that_is_written_waits_at_the_next_instruction()
    {
        foreach (var bySteps in new[] { false, true })
        {
            foreach (var (next, isTarget) in new[] { ("endbr64; hlt", true), ("hlt", false) })
            {
                var guest = Kernel("wrmsr; " + next, 0);
                (guest.Machine[Reg.Rcx], guest.Machine[Reg.Rdx], guest.Machine[Reg.Rax]) = (0x6A2, 0, On | CetBits.WaitForEndbranch);
                Assert.Equal(isTarget ? new Stop(StopKind.Halted) : _missing, Execute(guest, bySteps));

                guest = Kernel("mov %rax, %cr4; " + next, On | CetBits.WaitForEndbranch);
                guest.Machine[Reg.Rax] = guest.Machine[Reg.Cr4];
                guest.Machine[Reg.Cr4] &= ~Cr4Bits.CET;
                Assert.Equal(isTarget ? new Stop(StopKind.Halted) : _missing, Execute(guest, bySteps));
            }
        }
    }

    [Theory]
    [InlineData(On, true)]
    [InlineData(On | CetBits.LegacyEnable | Guest.Data, true)]
    [InlineData(CetBits.Suppress | CetBits.WaitForEndbranch, false)]
    [InlineData(1UL, false)] // shadow stacks are not enumerated
    [InlineData(1UL << 6, false)]
    [InlineData(1UL << 62, false)]
    public void The_MSRs_check_their_values(ulong value, bool allowed)
    {
        foreach (var (msr, register) in new[] { (0x6A0UL, Reg.UCet), (0x6A2UL, Reg.SCet) })
        {
            var guest = new Guest();
            var cpu = guest.Machine.Cpu;
            (cpu.Rcx, cpu.Rdx, cpu.Rax) = (msr, value >> 32, (uint)value);
            Assert.Equal(allowed, cpu.WriteMsr());
            Assert.Equal(allowed ? value : 0, guest.Machine[register]);
            Assert.True(cpu.ReadMsr());
            Assert.Equal(guest.Machine[register], (cpu.Rdx << 32) | cpu.Rax);
        }
    }

    [Fact]
    public void A_C_function_is_a_target()
    {
        var guest = Kernel("jmp *%rax", On, "call model; hlt");
        guest.Machine.CFunctions["model"] = static (ref Cpu cpu) => cpu.Rbx = 7;
        var function = guest.Code.Unit.Externals["model"].Address;
        guest.Guest.Map(function & ~0xFFFUL, PageTableBits.Present);
        guest.Machine[Reg.Rax] = function;
        guest.Machine[Reg.Rsp] -= 8;
        guest.Machine.Poke(guest.Machine[Reg.Rsp], guest[2]);
        Assert.Equal(StopKind.Halted, Execute(guest, bySteps: true).Kind);
        Assert.Equal((2UL, On), (guest.Machine[Reg.Rbx], guest.Machine[Reg.SCet]));
    }

    // FRED does not ask for ENDBR64 where it delivers to; it keeps what waits, and ERETS brings it back.
    [Fact]
    public void FRED_keeps_a_tracker_that_waits_in_its_frame()
    {
        var guest = Kernel("erets", On | CetBits.WaitForEndbranch);
        var cpu = guest.Machine.Cpu;
        (cpu.Rcx, cpu.Rdx, cpu.Rax) = (0x1D4, (guest[0] & ~0xFFFUL) >> 32, (uint)(guest[0] & ~0xFFFUL));
        Assert.True(cpu.WriteMsr());
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.FRED));
        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Deliver(Vectors.Nmi));
        Assert.Equal(On, guest.Machine[Reg.SCet]);
        Assert.Equal(Guest.KernelCs | (1UL << 18), guest.Guest.Words(guest.Machine[Reg.Rsp], 3)[2]);
        guest.Machine[Reg.Rip] = guest[0];
        Assert.Equal(_missing, guest.Code.Unit.Run(ref cpu));
        Assert.Equal(guest[2], guest.Machine[Reg.Rip]);
    }

    [Fact]
    public void Snapshots_cover_what_waits()
    {
        var guest = Kernel("jmp *%rax");
        guest.Machine[Reg.Rax] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        var waiting = guest.Machine.Snapshot();
        guest.Machine[Reg.SCet] = On;
        Assert.Equal(StopKind.Halted, guest.Machine.Run(guest.Code.Unit).Kind);
        guest.Machine.Restore(waiting);
        var cpu = guest.Machine.Cpu;
        Assert.Equal(_missing, guest.Code.Unit.Run(ref cpu));
    }
}
