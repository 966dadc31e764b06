using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Event delivery and return with CR4.FRED set, by the FRED specification; the frame as pt_regs of Linux has it.</summary>
public class FredTests
{
    private const ulong Level0 = Guest.Rsp0;
    private const ulong Level1 = Guest.Ist1;
    private const ulong UserGs = 0x7000;
    private const ulong KernelGs = Guest.Data;

    [Fact]
    public void A_system_call_goes_to_the_entry_point_and_ERETU_back()
    {
        var guest = Fred("syscall; nop", "eretu");
        EnterUser(guest);
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((guest[0], Level0 - 64, Flags.Reserved1), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp], guest.Machine[Reg.Rflags]));
        Assert.Equal((Guest.KernelCs, Guest.KernelSs), (guest.Machine[Reg.Cs], guest.Machine[Reg.Ss]));
        Assert.Equal((KernelGs, UserGs), (guest.Machine[Reg.GsBase], guest.Machine[Reg.KernelGsBase]));
        ulong report = (1UL << 17) | (1UL << 32) | (7UL << 48) | (1UL << 57) | (2UL << 60);
        ulong[] frame = [0, guest.At(1, 1), Guest.UserCs, Flags.Reserved1 | Flags.IF, Guest.UserData + 0x800, Guest.UserSs | report, 0, 0];
        Assert.Equal(frame, guest.Guest.Words(Level0 - 64, 8));

        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((guest.At(1, 1), Guest.UserData + 0x800), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp]));
        Assert.Equal((Guest.UserCs, Guest.UserSs), (guest.Machine[Reg.Cs], guest.Machine[Reg.Ss]));
        Assert.Equal((UserGs, KernelGs), (guest.Machine[Reg.GsBase], guest.Machine[Reg.KernelGsBase]));
        Assert.Equal(Flags.Reserved1 | Flags.IF, guest.Machine[Reg.Rflags]);
    }

    [Fact]
    public void An_exception_in_the_kernel_takes_the_stack_of_its_level_and_ERETS_gives_it_back()
    {
        var guest = Fred("hlt", "hlt", "erets");
        guest.Machine[Reg.Rsp] = Guest.StackTop - 0x105;
        Assert.Equal(default, guest.Machine.Deliver(new Stop(StopKind.Fault, Vectors.PageFault, 2, 0xdead000)));
        Assert.Equal(Page(guest) + 256, guest.Machine[Reg.Rip]);

        // #PF asks for level 0, where the processor is: below the red zone, aligned to 64.
        var stack = ((Guest.StackTop - 0x105 - 0x40) & ~63UL) - 64;
        Assert.Equal(stack, guest.Machine[Reg.Rsp]);
        Assert.Equal([2UL, guest[1]], guest.Guest.Words(stack, 2));
        Assert.Equal(0xdead000UL, guest.Guest.Words(stack + 48, 1)[0]);

        Assert.Equal(default, guest.Machine.DeliverNmi());
        Assert.Equal(Level1 - 64, guest.Machine[Reg.Rsp]);
        Assert.Equal(1UL, Config(guest) & 3);
        Assert.Equal(EventBits.NmiBlocked, guest.Machine[Reg.EventState] & EventBits.NmiBlocked);
        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((Page(guest) + 256, stack), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp]));
        Assert.Equal((0UL, 0UL), (Config(guest) & 3, guest.Machine[Reg.EventState] & EventBits.NmiBlocked));

        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((guest[1], Guest.StackTop - 0x105), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp]));
    }

    [Theory]
    [InlineData("eretu", 0x10, 0x10UL)] // kernel CS
    [InlineData("eretu", 0x28, 0x18UL)] // kernel SS
    [InlineData("eretu", 0x08, 1UL << 62)] // RIP not canonical
    [InlineData("eretu", 0x18, Flags.VM)]
    [InlineData("erets", 0x10, Guest.UserCs)]
    [InlineData("eretu", 0x10, Guest.UserCs | (1UL << 16))] // reserved above CS
    [InlineData("eretu", 0x18, Flags.Reserved1 | Flags.IOPL)]
    [InlineData("eretu", 0x18, 0UL)] // bit 1 of RFLAGS
    [InlineData("eretu", 0x28, Guest.UserSs | (1UL << 19))] // reserved above SS
    [InlineData("erets", 0x10, Guest.KernelCs | (1UL << 19))]
    [InlineData("erets", 0x10, Guest.KernelCs32)]
    [InlineData("erets", 0x28, Guest.KernelSs | (1UL << 20))]
    [InlineData("erets", 0x28, 0UL)]
    [InlineData("erets", 0x08, 1UL << 62)]
    [InlineData("erets", 0x18, Flags.Reserved1 | (1UL << 15))]
    public void A_return_checks_its_frame(string instruction, ulong offset, ulong value)
    {
        var guest = Fred("hlt", "hlt", instruction);
        ulong[] frame = instruction == "eretu"
            ? [0, Guest.UserCode, Guest.UserCs, Flags.Reserved1, Guest.UserData, Guest.UserSs]
            : [0, guest[1], Guest.KernelCs, Flags.Reserved1, Guest.StackTop, Guest.KernelSs];
        WriteFrame(guest, frame);
        guest.Machine[Reg.Rip] = guest[2];
        var good = guest.Machine.Snapshot();
        var cpu = guest.Machine.Cpu;
        Assert.Equal(default, guest.Code.Unit.Step(ref cpu));
        guest.Machine.Restore(good);
        guest.Machine.Poke(Guest.StackTop - 64 + offset, value);
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), guest.Code.Unit.Step(ref cpu));
        guest.Machine[Reg.Cr4] &= ~Cr4Bits.FRED;
        Assert.Equal(new Stop(StopKind.Fault, Vectors.InvalidOpcode), guest.Code.Unit.Step(ref cpu));
    }

    [Fact]
    public void SYSENTER_is_an_event_of_its_own_and_returns_behind_itself()
    {
        var guest = Fred("sysenter; nop", "eretu");
        guest.Machine[Reg.SysenterCs] = Guest.KernelCs;
        EnterUser(guest);
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((guest[0], Level0 - 64), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp]));
        Assert.Equal(guest.At(1, 1), guest.Guest.Words(Level0 - 56, 1)[0]);
        Assert.Equal(Guest.UserSs | (1UL << 17) | (2UL << 32) | (7UL << 48) | (1UL << 57) | (2UL << 60), guest.Guest.Words(Level0 - 24, 1)[0]);
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal(guest.At(1, 1), guest.Machine[Reg.Rip]);
    }

    [Fact]
    public void ERETS_never_raises_the_stack_level()
    {
        var guest = Fred("hlt", "hlt", "erets");
        WriteFrame(guest, [0, guest[1], Guest.KernelCs | (2UL << 16), Flags.Reserved1, Guest.StackTop, Guest.KernelSs]);
        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((guest[1], 0UL), (guest.Machine[Reg.Rip], Config(guest) & 3));
    }

    // A process with segments of its own (an LDT, 16 or 32 bits) returns by descriptors, with all of RSP that its mode has.
    [Fact]
    public void ERETU_loads_other_segments_than_those_of_STAR_by_their_descriptors()
    {
        var guest = Fred("hlt", "hlt", "eretu");
        Assert.True(guest.Machine.Cpu.Lldt(Guest.Ldt));
        ulong[] frame = [0, 0x1_0040_1000, Guest.UserCs32, Flags.Reserved1, 0xdead_beef_0001_2340, 0xf];
        WriteFrame(guest, frame);
        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((0x0040_1000UL, 0x0001_2340UL), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp]));
        Assert.Equal((Guest.UserCs32, 0xfUL), (guest.Machine[Reg.Cs], guest.Machine[Reg.Ss]));

        guest = Fred("hlt", "hlt", "eretu");
        frame[5] = Guest.NotPresentData | 3;
        WriteFrame(guest, frame);
        guest.Machine[Reg.Rip] = guest[2];
        var cpu = guest.Machine.Cpu;
        Assert.Equal(new Stop(StopKind.Fault, Vectors.StackFault, (uint)Guest.NotPresentData), guest.Code.Unit.Step(ref cpu));
        Assert.Equal(Guest.StackTop - 64, cpu.Rsp);
    }

    [Fact]
    public void A_return_goes_on_with_the_shadow_and_the_single_step_that_the_event_interrupted()
    {
        var guest = Fred("hlt", "hlt", "erets");
        WriteFrame(guest, [0, guest[1], Guest.KernelCs, Flags.Reserved1 | Flags.IF, Guest.StackTop, Guest.KernelSs | (1UL << 16)]);
        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.False(guest.Machine.AcceptsInterrupts, "the shadow of STI");

        // INT n was stepped over: the trap comes as soon as it has returned.
        guest = Fred("hlt", "hlt", "eretu");
        WriteFrame(guest, [0, Guest.UserCode, Guest.UserCs, Flags.Reserved1 | Flags.TF, Guest.UserData, Guest.UserSs | (1UL << 17)]);
        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal(Page(guest), guest.Machine[Reg.Rip]);
        Assert.Equal([0UL, Guest.UserCode], guest.Guest.Words(Level0 - 64, 2));
        Assert.Equal((ulong)Vectors.Debug, guest.Guest.Words(Level0 - 24, 1)[0] >> 32 & 0xff);
    }

    [Fact]
    public void Software_events_say_so_and_breakpoints_take_the_level_of_their_vector()
    {
        var guest = Fred("hlt", "hlt", "int3", "int $0x80");
        Assert.True(Write(guest, 0x1D0, 1UL << (2 * Vectors.Breakpoint)));
        guest.Machine[Reg.Rip] = guest[2];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal(Level1 - 64, guest.Machine[Reg.Rsp]);
        Assert.Equal(Guest.KernelSs | (3UL << 32) | (6UL << 48) | (1UL << 57) | (1UL << 60), guest.Guest.Words(Level1 - 24, 1)[0]);

        guest.Machine[Reg.Rip] = guest[3];
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal(Guest.KernelSs | (1UL << 17) | (0x80UL << 32) | (4UL << 48) | (1UL << 57) | (2UL << 60), guest.Guest.Words(guest.Machine[Reg.Rsp] + 40, 1)[0]);
    }

    // The stack of level 0 is gone: what user mode did is reported by a page fault on the stack of level 1, which says that it is nested.
    [Fact]
    public void A_fault_of_the_delivery_is_reported_as_nested_on_the_level_of_its_own()
    {
        var guest = Fred("hlt", "hlt");
        Assert.True(Write(guest, 0x1D0, 1UL << (2 * Vectors.PageFault)));
        guest.Guest.Unmap(Level0 - 64);
        EnterUser(guest);
        Assert.Equal(default, guest.Machine.Deliver(new Stop(StopKind.Fault, Vectors.InvalidOpcode)));
        Assert.Equal((Page(guest), Level1 - 64), (guest.Machine[Reg.Rip], guest.Machine[Reg.Rsp]));
        Assert.Equal(1UL, Config(guest) & 3);
        Assert.Equal(Guest.UserSs | ((ulong)Vectors.PageFault << 32) | (3UL << 48) | (1UL << 57) | (1UL << 58), guest.Guest.Words(Level1 - 24, 1)[0]);
        Assert.Equal(Level0 - 64, guest.Guest.Words(Level1 - 16, 1)[0] & ~63UL);
    }

    [Theory]
    [InlineData(Guest.SmallLimit | 3, true, 0U)]
    [InlineData(Guest.UserSs, true, 0U)]
    [InlineData(0UL, true, 0U)]
    [InlineData(0x1000UL, false, 0x1000U)]
    [InlineData(Guest.Tss, false, 0x40U)]
    public void LKGS_loads_the_base_that_SWAPGS_would_have_exchanged(ulong selector, bool isAllowed, uint errorCode)
    {
        // As the kernel writes it, for assemblers that do not know it, and by name.
        foreach (var text in new[] { ".byte 0xf2, 0x0f, 0x00, 0xf7", "lkgs %di", "push %rdi; lkgs (%rsp); pop %rdi" })
        {
            foreach (var bySteps in new[] { false, true })
            {
                var guest = new AssembledGuest(text + "; hlt");
                (guest.Machine[Reg.Rdi], guest.Machine[Reg.GsBase], guest.Machine[Reg.KernelGsBase]) = (0xABCD_0000 | selector, KernelGs, UserGs);
                guest.Machine.Poke(Guest.Tables + Guest.UserSs - 3, 0x12CF_F334_5678_FFFFUL);
                Assert.Equal(isAllowed ? new Stop(StopKind.Halted) : new Stop(StopKind.Fault, Vectors.GeneralProtection, errorCode), guest.Execute(bySteps));
                Assert.Equal(isAllowed ? selector : 0, guest.Machine[Reg.Gs]);
                Assert.Equal(KernelGs, guest.Machine[Reg.GsBase]);
                Assert.Equal(!isAllowed ? UserGs : selector == Guest.UserSs ? 0x1234_5678UL : 0, guest.Machine[Reg.KernelGsBase]);
            }
        }

        var user = new Guest();
        user.EnterUser();
        Assert.False(user.Machine.Cpu.LoadKernelGs(0));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), user.Machine.Cpu.Fault());
    }

    [Fact]
    public void SWAPGS_is_gone()
    {
        var cpu = Fred("hlt", "hlt").Machine.Cpu;
        Assert.False(cpu.SwapGs());
        Assert.Equal(new Stop(StopKind.Fault, Vectors.InvalidOpcode), cpu.Fault());
    }

    [Fact]
    public void MSRs_check_their_values_and_SYSRET_is_gone()
    {
        var guest = Fred("hlt", "hlt");
        Assert.False(Write(guest, 0x1CC, Level0 + 8));
        Assert.False(Write(guest, 0x1CC, 1UL << 62));
        Assert.False(Write(guest, 0x1D4, 4));
        Assert.True(Write(guest, 0x1D0, ulong.MaxValue));
        Assert.False(guest.Machine.Cpu.Sysret(8));
        Assert.Equal(Vectors.InvalidOpcode, guest.Machine.Cpu.Fault().Vector);
    }

    [Fact]
    public void AMD_differs_where_its_manual_does()
    {
        var guest = new Guest();
        guest.Machine.Vendor = ProcessorVendor.Amd;
        var cpu = guest.Machine.Cpu;
        cpu.GsBase = 0x1234;
        Assert.True(cpu.MoveToSegment(5, 0));
        Assert.Equal(0x1234UL, cpu.GsBase);
        cpu.Rcx = 1UL << 62;
        Assert.True(cpu.Sysret(8));
        Assert.Equal(3, cpu.PrivilegeLevel);
        Assert.False(cpu.FetchInstruction(cpu.Rip));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        Assert.False(cpu.Sysenter(Guest.UserCode));
        Assert.Equal(Vectors.InvalidOpcode, cpu.Fault().Vector);

        guest = new Guest();
        guest.ChangeEntry(Guest.Data, PageTableBits.Global);
        cpu = guest.Machine.Cpu;
        Assert.True(cpu.Load8(Guest.Data, out _));
        Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PSE));
        Assert.NotEmpty(guest.Machine.Tlb.Entries);
        guest.Machine.Vendor = ProcessorVendor.Amd;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 ^ Cr4Bits.PSE));
        Assert.Empty(guest.Machine.Tlb.Entries);
    }

    /// <summary>A guest with FRED on: the code that runs, the entry point for user mode (snippet 0, which begins a page, as it has to), and more.</summary>
    private static AssembledGuest Fred(string main, string entryPoint, params string[] more)
    {
        var guest = new AssembledGuest([entryPoint, main, .. more]);
        guest.Machine[Reg.Rip] = guest[1];
        Assert.True(Write(guest, 0x1CC, Level0));
        Assert.True(Write(guest, 0x1CD, Level1));
        Assert.True(Write(guest, 0x1D0, 1UL << (2 * Vectors.Nmi)));
        Assert.True(Write(guest, 0x1D4, Page(guest) | 0x40));
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteControl(4, cpu.Cr4 | Cr4Bits.FRED));
        guest.Machine[Reg.GsBase] = KernelGs;
        guest.Machine[Reg.KernelGsBase] = UserGs;
        return guest;
    }

    private static void EnterUser(AssembledGuest guest)
    {
        foreach (var shift in new[] { 12, 21, 30, 39 })
        {
            guest.Guest.ChangeEntry(guest[1], PageTableBits.User, shift: shift);
        }

        guest.Guest.EnterUser(rip: guest[1]);
        (guest.Machine[Reg.GsBase], guest.Machine[Reg.KernelGsBase]) = (UserGs, KernelGs);
    }

    private static void WriteFrame(AssembledGuest guest, ulong[] frame)
    {
        for (var i = 0; i < frame.Length; i++)
        {
            guest.Machine.Poke(Guest.StackTop - 64 + ((ulong)i * 8), frame[i]);
        }

        guest.Machine[Reg.Rsp] = Guest.StackTop - 64;
    }

    private static ulong Page(AssembledGuest guest) => guest[0];

    private static ulong Config(AssembledGuest guest)
    {
        var cpu = guest.Machine.Cpu;
        (cpu.Rcx, var kept) = (0x1D4, cpu.Rcx);
        Assert.True(cpu.ReadMsr());
        cpu.Rcx = kept;
        return (cpu.Rdx << 32) | cpu.Rax;
    }

    private static bool Write(AssembledGuest guest, uint msr, ulong value)
    {
        var cpu = guest.Machine.Cpu;
        (cpu.Rcx, cpu.Rdx, cpu.Rax) = (msr, value >> 32, (uint)value);
        return cpu.WriteMsr();
    }
}
