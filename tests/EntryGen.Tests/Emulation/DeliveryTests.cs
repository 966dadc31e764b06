using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Events through the IDT (SDM vol. 3A, chapter 6).</summary>
public class DeliveryTests
{
    private const ulong Handler = Guest.Code + 0x100;

    [Fact]
    public void From_user_mode_the_frame_lies_on_RSP0()
    {
        var guest = new Guest();
        guest.EnterUser();
        guest.SetGate(32, Handler);
        Assert.Equal(default, guest.Machine.Deliver(32));
        Assert.Equal(Guest.Rsp0 - 40, guest.Registers(Reg.Rsp));
        Assert.Equal([Guest.UserCode, Guest.UserCs, Flags.Reserved1 | Flags.IF, Guest.UserData + 0x800, Guest.UserSs], guest.Words(Guest.Rsp0 - 40, 5));
        Assert.Equal((Handler, Guest.KernelCs, 0UL), (guest.Registers(Reg.Rip), guest.Registers(Reg.Cs), guest.Registers(Reg.Ss)));
        Assert.Equal(Flags.Reserved1, guest.Registers(Reg.Rflags));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(15)]
    public void From_kernel_mode_the_stack_is_aligned_down_to_16(int below)
    {
        var guest = new Guest();
        guest.SetGate(14, Handler);
        guest.Machine[Reg.Rsp] = Guest.StackTop - 0x100 - (ulong)below;
        Assert.Equal(default, guest.Machine.Deliver(new Stop(StopKind.Fault, 14, 2, 0xdead000)));
        var top = (Guest.StackTop - 0x100 - (ulong)below) & ~15UL;
        Assert.Equal(top - 48, guest.Registers(Reg.Rsp));
        ulong[] frame = [2, Guest.Code, Guest.KernelCs, Flags.Reserved1 | Flags.IF | Flags.RF, Guest.StackTop - 0x100 - (ulong)below, Guest.KernelSs];
        Assert.Equal(frame, guest.Words(top - 48, 6));
        Assert.Equal(0xdead000UL, guest.Registers(Reg.Cr2));
        Assert.Equal(Guest.KernelSs, guest.Registers(Reg.Ss));
    }

    [Fact]
    public void An_IST_gate_takes_its_stack_at_any_level()
    {
        var guest = new Guest();
        guest.SetGate(18, Handler, ist: 1);
        guest.Machine[Reg.Cr4] |= Cr4Bits.MCE;
        Assert.Equal(default, guest.Machine.Deliver(18));
        Assert.Equal(Guest.Ist1 - 40, guest.Registers(Reg.Rsp));
        Assert.Equal(StopKind.Shutdown, guest.Machine.Deliver(18).Kind);
    }

    [Fact]
    public void A_trap_gate_keeps_IF_and_both_clear_TF_and_NT()
    {
        var guest = new Guest();
        guest.SetGate(3, Handler, type: 15);
        guest.Machine[Reg.Rflags] |= Flags.TF | Flags.NT | Flags.AC | Flags.DF;
        Assert.Equal(default, guest.Machine.Deliver(3));
        Assert.Equal(Flags.Reserved1 | Flags.IF | Flags.AC | Flags.DF, guest.Registers(Reg.Rflags));
    }

    [Theory]
    [InlineData("limit", 13, 32u * 8 + 3)]
    [InlineData("type", 13, 32u * 8 + 3)]
    [InlineData("not present", 11, 32u * 8 + 3)]
    [InlineData("null selector", 13, 1u)]
    [InlineData("data selector", 13, 0x18u + 1)]
    [InlineData("32-bit code", 13, 0x68u + 1)]
    [InlineData("user code", 13, 0x30u + 1)]
    [InlineData("beyond the GDT", 13, 0x1000u + 1)]
    [InlineData("handler not canonical", 13, 1u)]
    [InlineData("stack not canonical", 12, 1u)]
    [InlineData("stack unmapped", 14, 2u)]
    [InlineData("IDT unmapped", 14, 0u)]
    public void A_fault_on_the_way_is_delivered_instead(string what, byte vector, uint errorCode)
    {
        var guest = new Guest();
        guest.SetGate(32, Handler);
        guest.SetGate(vector, Handler + 0x100, ist: 1);
        switch (what)
        {
            case "limit":
                guest.Machine[Reg.IdtLimit] = (32 * 16) + 14;
                break;
            case "type":
                guest.SetGate(32, Handler, type: 12);
                break;
            case "not present":
                guest.SetGate(32, Handler, present: false);
                break;
            case "null selector":
                guest.SetGate(32, Handler, selector: 3);
                break;
            case "data selector":
                guest.SetGate(32, Handler, selector: 0x18);
                break;
            case "32-bit code":
                guest.SetGate(32, Handler, selector: Guest.KernelCs32);
                break;
            case "user code":
                guest.SetGate(32, Handler, selector: Guest.UserCs);
                break;
            case "beyond the GDT":
                guest.SetGate(32, Handler, selector: 0x1000);
                break;
            case "handler not canonical":
                guest.SetGate(32, 0x8000_0000_0000_0000);
                break;
            case "stack not canonical":
                guest.Machine[Reg.Rsp] = 0x8000_0000_0000_0000;
                break;
            case "stack unmapped":
                guest.Machine[Reg.Rsp] = 0xffff_c900_4000_0000;
                break;
            default:
                // The gate of the fault is in the page before the one that is not there.
                guest.Machine[Reg.IdtBase] = Guest.Tables + 0x3000 - (32 * 16);
                guest.Machine.Poke(guest.Machine[Reg.IdtBase] + (14 * 16), guest.Machine.Peek<ulong>(Guest.Tables + 0x1000 + (14 * 16)));
                guest.Machine.Poke(guest.Machine[Reg.IdtBase] + (14 * 16) + 8, guest.Machine.Peek<ulong>(Guest.Tables + 0x1000 + (14 * 16) + 8));
                break;
        }

        Assert.Equal(default, guest.Machine.Deliver(32));
        Assert.Equal(Handler + 0x100, guest.Registers(Reg.Rip));
        Assert.Equal(errorCode, guest.Words(guest.Registers(Reg.Rsp), 1)[0]);
    }

    [Fact]
    public void A_page_fault_on_the_way_to_a_page_fault_is_a_double_fault_and_one_more_a_shutdown()
    {
        var guest = new Guest();
        guest.SetGate(14, Handler);
        guest.SetGate(8, Handler + 0x200, ist: 1);
        guest.Machine[Reg.Rsp] = 0xffff_c900_4000_0000;
        Assert.Equal(default, guest.Machine.Deliver(new Stop(StopKind.Fault, 14, 0, 0x1234)));
        Assert.Equal(Handler + 0x200, guest.Registers(Reg.Rip));
        Assert.Equal(0UL, guest.Words(guest.Registers(Reg.Rsp), 1)[0]);
        Assert.Equal(0xffff_c900_3fff_fff8UL, guest.Registers(Reg.Cr2));

        guest.SetGate(8, Handler + 0x200, ist: 2); // its stack is not canonical or not mapped
        guest.Machine[Reg.Rsp] = 0xffff_c900_4000_0000;
        Assert.Equal(StopKind.Shutdown, guest.Machine.Deliver(14).Kind);
    }

    [Theory]
    [InlineData(false, true, Guest.StackTop - 0xff8)] // the page of SS and RSP
    [InlineData(true, false, Guest.StackTop - 0x1008)] // that of RFLAGS, CS and RIP
    [InlineData(false, false, Guest.StackTop - 0xff8)]
    public void Of_a_frame_on_two_pages_the_word_that_is_pushed_first_faults(bool isUpperMapped, bool isLowerMapped, ulong address)
    {
        var guest = new Guest();
        guest.SetGate(32, Handler);
        guest.SetGate(14, Handler + 0x100, ist: 1);
        guest.Machine[Reg.Rsp] = Guest.StackTop - 0xff0;
        if (!isUpperMapped)
        {
            guest.Unmap(Guest.StackTop - 0x1000);
        }

        if (!isLowerMapped)
        {
            guest.Unmap(Guest.StackTop - 0x2000);
        }

        Assert.Equal(default, guest.Machine.Deliver(32));
        Assert.Equal((Handler + 0x100, address), (guest.Registers(Reg.Rip), guest.Registers(Reg.Cr2)));
    }

    [Theory]
    [InlineData(13, true)] // contributory on contributory
    [InlineData(10, true)]
    [InlineData(6, false)] // benign
    [InlineData(1, false)]
    public void Contributory_exceptions_make_a_double_fault(byte first, bool isDouble)
    {
        var guest = new Guest();
        guest.SetGate(first, Handler, type: 0); // #GP on the way
        guest.SetGate(13, Handler + 0x100, type: first == 13 ? 0 : 14, ist: 1);
        guest.SetGate(8, Handler + 0x200, ist: 1);
        Assert.Equal(default, guest.Machine.Deliver(first));
        Assert.Equal(isDouble ? Handler + 0x200 : Handler + 0x100, guest.Registers(Reg.Rip));
    }

    [Fact]
    public void With_nothing_mapped_an_event_is_a_shutdown()
    {
        var machine = new Machine(memorySize: 0x10000);
        machine[Reg.IdtLimit] = 0xfff;
        Assert.Equal(StopKind.Shutdown, machine.Deliver(32).Kind);
    }

    [Fact]
    public void Delivery_uses_the_page_table_that_is_current()
    {
        var guest = new Guest();
        guest.EnterUser();
        guest.SetGate(32, Handler, ist: 1);
        guest.SetGate(14, Handler + 0x100);
        guest.SetGate(8, Handler + 0x200);
        guest.Unmap(Guest.Ist1 - 0x1000);
        Assert.Equal(default, guest.Machine.Deliver(32));
        Assert.Equal(Handler + 0x100, guest.Registers(Reg.Rip));
        Assert.Equal(Guest.Ist1 - 8, guest.Registers(Reg.Cr2)); // SS is pushed first
        Assert.Equal(2UL, guest.Words(guest.Registers(Reg.Rsp), 1)[0]);
        Assert.Equal(Guest.Rsp0 - 48, guest.Registers(Reg.Rsp));
    }

    [Fact]
    public void An_NMI_blocks_the_next_until_IRET_and_one_is_latched()
    {
        var guest = new Guest();
        guest.SetGate(2, Handler, ist: 1);
        Assert.Equal(default, guest.Machine.DeliverNmi());
        Assert.Equal(EventBits.NmiBlocked, guest.Registers(Reg.EventState));
        Assert.Equal(default, guest.Machine.DeliverNmi());
        Assert.Equal(default, guest.Machine.DeliverNmi());
        Assert.Equal(EventBits.NmiBlocked | EventBits.NmiLatched, guest.Registers(Reg.EventState));
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.Iretq());
        Assert.Equal(EventBits.NmiLatched, guest.Registers(Reg.EventState));
        Assert.True(guest.Machine.NmiIsDue);
    }

    [Theory]
    [InlineData(0, 3, true)]
    [InlineData(3, 3, true)]
    [InlineData(0, 0, true)]
    [InlineData(3, 0, false)]
    public void INT_n_needs_a_gate_that_the_level_may_use(int privilege, int dpl, bool allowed)
    {
        var guest = new Guest();
        guest.SetGate(0x80, Handler, dpl: dpl);
        if (privilege == 3)
        {
            guest.EnterUser();
        }

        var cpu = guest.Machine.Cpu;
        Assert.Equal(allowed, cpu.SoftwareInterrupt(0x80, cpu.Rip + 2));
        if (allowed)
        {
            Assert.Equal((privilege == 3 ? Guest.UserCode : Guest.Code) + 2, guest.Words(cpu.Rsp, 1)[0]);
        }
        else
        {
            Assert.Equal(new Stop(StopKind.Fault, 13, (0x80 * 8) + 2), cpu.Fault());
            Assert.Equal(Guest.UserCode, cpu.Rip);
        }
    }

    [Fact]
    public void STI_holds_off_interrupts_for_one_instruction()
    {
        var guest = new Guest();
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.SetFlag(Flags.IF, false));
        Assert.False(guest.Machine.AcceptsInterrupts);
        Assert.True(cpu.SetFlag(Flags.IF, true));
        cpu.Budget--;
        Assert.False(guest.Machine.AcceptsInterrupts);
        var snapshot = guest.Machine.Snapshot();
        cpu.Budget--;
        Assert.True(guest.Machine.AcceptsInterrupts);
        guest.Machine.Restore(snapshot);
        Assert.False(guest.Machine.AcceptsInterrupts);
        cpu.Budget--;
        Assert.True(guest.Machine.AcceptsInterrupts);
    }
}
