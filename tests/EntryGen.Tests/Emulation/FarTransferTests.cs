using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Far JMP, CALL and RET in 64-bit mode, by SDM vol. 2 and vol. 3A, 5.8.</summary>
public class FarTransferTests
{
    private const ulong ConformingCs = 0x70;
    private const ulong Gate = 0x78;
    private const ulong InnerGate = 0x88;
    private const ulong NotPresentCs = 0x98;
    private const ulong BothModesCs = 0xA0;
    private const ulong Stack = Guest.StackTop - 0x100;

    // Descriptors behind those of Guest: conforming code, a call gate of level 3 to user code, one to the kernel, code that is not present, code with L and D.
    private static Guest NewGuest()
    {
        var guest = new Guest();
        Extend(guest);
        guest.Machine[Reg.Rsp] = Stack;
        return guest;
    }

    private static void Extend(Guest guest)
    {
        var (gate, gateHigh) = CallGate(Guest.UserCode, Guest.UserCs, dpl: 3);
        var (inner, innerHigh) = CallGate(Guest.Code + 0x40, Guest.KernelCs, dpl: 3);
        ulong[] descriptors = [0x00AF_9F00_0000_FFFF, gate, gateHigh, inner, innerHigh, 0x00AF_1B00_0000_FFFF, 0x00EF_9B00_0000_FFFF];
        for (var i = 0; i < descriptors.Length; i++)
        {
            guest.Machine.Poke(Guest.Tables + ConformingCs + ((ulong)i * 8), descriptors[i]);
        }

        guest.Machine[Reg.GdtLimit] = BothModesCs + 7;
    }

    private static (ulong Low, ulong High) CallGate(ulong target, ulong selector, int dpl) =>
        ((target & 0xFFFF) | (selector << 16) | (12UL << 40) | ((ulong)dpl << 45) | (1UL << 47) | ((target >> 16 & 0xFFFF) << 48), target >> 32);

    [Theory]
    [InlineData("lcallw *(%rax)", 2, 0x4000UL)]
    [InlineData("lcall *(%rax)", 4, 0x8765_4000UL)]
    [InlineData("rex.w lcall *(%rax)", 8, 0xffff_ffff_8888_0000UL)]
    public void A_far_call_pushes_CS_and_the_return_address(string text, int width, ulong target)
    {
        foreach (var selector in new[] { Guest.KernelCs, ConformingCs })
        {
            var guest = Pointing(text, width, target, selector);
            Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
            Assert.Equal((target, selector, Stack - (2 * (ulong)width)), (guest.Machine[Reg.Rip], guest.Machine[Reg.Cs], guest.Machine[Reg.Rsp]));
            var pushed = new byte[2 * width];
            guest.Machine.Peek(guest.Machine[Reg.Rsp], pushed);
            Assert.Equal([.. BitConverter.GetBytes(guest.At(0, 1))[..width], .. BitConverter.GetBytes(Guest.KernelCs)[..width]], pushed);
        }
    }

    [Theory]
    [InlineData("ljmpw *(%rax)", 2, 0x4000UL)]
    [InlineData("ljmpl *(%rax)", 4, 0x8765_4000UL)]
    [InlineData("rex.w ljmp *(%rax)", 8, 0xffff_ffff_8888_0000UL)]
    public void A_far_jump_loads_CS(string text, int width, ulong target)
    {
        var guest = Pointing(text, width, target, ConformingCs);
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((target, ConformingCs, Stack), (guest.Machine[Reg.Rip], guest.Machine[Reg.Cs], guest.Machine[Reg.Rsp]));
    }

    [Theory]
    [InlineData(0UL, Vectors.GeneralProtection, 0U)]
    [InlineData(3UL, Vectors.GeneralProtection, 0U)]
    [InlineData(0x1000UL, Vectors.GeneralProtection, 0x1000U)]
    [InlineData(Guest.KernelSs, Vectors.GeneralProtection, 0x18U)]
    [InlineData(Guest.UserCs, Vectors.GeneralProtection, 0x30U)] // an outer level
    [InlineData(Guest.KernelCs | 3, Vectors.GeneralProtection, 0x10U)] // RPL above CPL
    [InlineData(Guest.Tss, Vectors.GeneralProtection, 0x40U)] // no task switches in 64-bit mode
    [InlineData(NotPresentCs, Vectors.SegmentNotPresent, 0x98U)]
    [InlineData(BothModesCs, Vectors.GeneralProtection, 0xA0U)]
    [InlineData(Gate, Vectors.GeneralProtection, 0x30U)] // a gate to an outer level
    public void A_far_transfer_checks_its_target(ulong selector, byte vector, uint errorCode)
    {
        var guest = NewGuest();
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.FarJump(selector, 0x1000));
        Assert.Equal(new Stop(StopKind.Fault, vector, errorCode), cpu.Fault());
        Assert.False(cpu.FarCall(selector, 0x1000, 8, 0));
        Assert.Equal(new Stop(StopKind.Fault, vector, errorCode), cpu.Fault());
        Assert.Equal((Guest.Code, Guest.KernelCs, Stack), (cpu.Rip, cpu.Cs, cpu.Rsp));
    }

    [Fact]
    public void A_target_must_be_canonical_and_compatibility_code_has_a_limit()
    {
        var cpu = NewGuest().Machine.Cpu;
        Assert.False(cpu.FarJump(Guest.KernelCs, 1UL << 62));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection), cpu.Fault());
        Assert.False(cpu.FarJump(Guest.KernelCs32, 1UL << 32));
        Assert.True(cpu.FarJump(Guest.KernelCs32, 0xFFFF_FFFF));
    }

    [Fact]
    public void A_gate_leads_to_the_address_in_it()
    {
        var cpu = NewGuest().Machine.Cpu;
        Assert.True(cpu.FarJump(InnerGate, 0xdead));
        Assert.Equal((Guest.Code + 0x40, Guest.KernelCs), (cpu.Rip, cpu.Cs));
        Assert.True(cpu.FarCall(InnerGate, 0xdead, 4, 0x1234));
        Assert.Equal((Guest.Code + 0x40, Stack - 16), (cpu.Rip, cpu.Rsp));
    }

    [Fact]
    public void A_call_through_a_gate_to_an_inner_level_goes_to_the_stack_of_the_TSS_and_RET_comes_back()
    {
        var guest = NewGuest();
        guest.EnterUser(rsp: Guest.UserData + 0x808);
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.FarJump(InnerGate, 0));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection, 0x10), cpu.Fault());
        Assert.True(cpu.FarCall(InnerGate, 0, 4, Guest.UserCode + 7));

        // The stack is not aligned, as it is for events.
        Assert.Equal((Guest.Code + 0x40, Guest.KernelCs, 0UL, Guest.Rsp0 - 32), (cpu.Rip, cpu.Cs, cpu.Ss, cpu.Rsp));
        Assert.Equal([Guest.UserCode + 7, Guest.UserCs, Guest.UserData + 0x808, Guest.UserSs], guest.Words(Guest.Rsp0 - 32, 4));

        cpu.Ds = Guest.KernelSs;
        guest.Machine.Poke(Guest.Rsp0 - 16, Guest.UserData + 0x800);
        Assert.True(cpu.FarReturn(8, 0));
        Assert.Equal((Guest.UserCode + 7, Guest.UserCs, Guest.UserSs, Guest.UserData + 0x800), (cpu.Rip, cpu.Cs, cpu.Ss, cpu.Rsp));
        Assert.Equal(0UL, cpu.Ds);
    }

    [Fact]
    public void FRED_keeps_far_transfers_at_their_level()
    {
        var guest = NewGuest();
        guest.Machine[Reg.Cr4] |= Cr4Bits.FRED;
        WriteStack(guest, 8, Guest.UserCode, Guest.UserCs, Guest.UserData, Guest.UserSs);
        Assert.False(guest.Machine.Cpu.FarReturn(8, 0));
        guest.EnterUser();
        Assert.False(guest.Machine.Cpu.FarCall(InnerGate, 0, 4, 0));
    }

    [Fact]
    public void The_stack_of_the_TSS_must_be_there()
    {
        var guest = NewGuest();
        guest.EnterUser();
        var cpu = guest.Machine.Cpu;
        cpu.TrSelector = 0;
        Assert.False(cpu.FarCall(InnerGate, 0, 4, 0));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.InvalidTss), cpu.Fault());
        cpu.TrSelector = Guest.Tss;
        guest.Unmap(Guest.Rsp0 - 32);
        Assert.False(cpu.FarCall(InnerGate, 0, 4, 0));
        Assert.Equal(Vectors.PageFault, cpu.Fault().Vector);
        Assert.Equal(Guest.UserCs, cpu.Cs);
    }

    [Theory]
    [InlineData("lretw", 2, 0UL)]
    [InlineData("lret", 4, 0UL)]
    [InlineData("lretl $8", 4, 8UL)]
    [InlineData("lretq", 8, 0UL)]
    [InlineData("lretq $16", 8, 16UL)]
    public void A_far_return_pops_and_releases(string text, int width, ulong released)
    {
        var guest = new AssembledGuest(text + "; hlt");
        Extend(guest.Guest);
        guest.Machine[Reg.Rsp] = Stack;
        WriteStack(guest.Guest, width, 0x4000, ConformingCs | (0xAAAAUL << 16));
        Assert.Equal(default, guest.Machine.Step(guest.Code.Unit));
        Assert.Equal((0x4000UL, ConformingCs, Stack + (2 * (ulong)width) + released), (guest.Machine[Reg.Rip], guest.Machine[Reg.Cs], guest.Machine[Reg.Rsp]));
    }

    // How the kernel loads CS when it has a new GDT.
    [Fact]
    public void Pushing_a_selector_and_an_address_and_LRETQ_loads_CS()
    {
        foreach (var bySteps in new[] { false, true })
        {
            var guest = new AssembledGuest("pushq $0x70; leaq 1f(%rip), %rax; pushq %rax; lretq; ud2; 1: mov %cs, %ebx; hlt");
            Extend(guest.Guest);
            guest.Machine[Reg.Rsp] = Stack;
            Assert.Equal(StopKind.Halted, guest.Execute(bySteps).Kind);
            Assert.Equal((ConformingCs, Stack), (guest.Machine[Reg.Rbx], guest.Machine[Reg.Rsp]));
        }
    }

    [Theory]
    [InlineData(Guest.Code, 0UL, Guest.KernelSs, Vectors.GeneralProtection, 0U)]
    [InlineData(Guest.Code, Guest.KernelSs, 0UL, Vectors.GeneralProtection, 0x18U)]
    [InlineData(Guest.Code, NotPresentCs, 0UL, Vectors.SegmentNotPresent, 0x98U)]
    [InlineData(1UL << 62, Guest.KernelCs, 0UL, Vectors.GeneralProtection, 0U)]
    [InlineData(Guest.UserCode, Guest.UserCs, 0UL, Vectors.GeneralProtection, 0U)] // a null SS at level 3
    [InlineData(Guest.UserCode, Guest.UserCs, Guest.KernelSs, Vectors.GeneralProtection, 0x18U)]
    [InlineData(Guest.UserCode, Guest.UserCs, Guest.NotPresentData | 3, Vectors.StackFault, 0x38U)]
    [InlineData(1UL << 62, Guest.UserCs, Guest.UserSs, Vectors.GeneralProtection, 0U)]
    public void A_far_return_faults_with_the_stack_as_it_was(ulong rip, ulong cs, ulong ss, byte vector, uint errorCode)
    {
        var guest = NewGuest();
        WriteStack(guest, 8, rip, cs, Guest.UserData, ss);
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.FarReturn(8, 0));
        Assert.Equal(new Stop(StopKind.Fault, vector, errorCode), cpu.Fault());
        Assert.Equal((Guest.Code, Guest.KernelCs, Guest.KernelSs, Stack), (cpu.Rip, cpu.Cs, cpu.Ss, cpu.Rsp));
    }

    [Fact]
    public void A_return_to_an_inner_level_is_refused()
    {
        var guest = NewGuest();
        guest.EnterUser();
        guest.Machine.Poke(Guest.UserData + 0x800, Guest.Code);
        guest.Machine.Poke(Guest.UserData + 0x808, Guest.KernelCs);
        Assert.False(guest.Machine.Cpu.FarReturn(8, 0));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.GeneralProtection, 0x10), guest.Machine.Cpu.Fault());
    }

    // A call writes both words or none.
    [Fact]
    public void A_far_call_to_a_stack_that_faults_does_nothing()
    {
        var guest = NewGuest();
        guest.Machine[Reg.Rsp] = Guest.StackTop - 0x2000 + 8;
        guest.Machine.Poke(Guest.StackTop - 0x2000, 0x5555UL);
        var cpu = guest.Machine.Cpu;
        Assert.False(cpu.FarCall(Guest.KernelCs, 0x1000, 8, 0));
        Assert.Equal(Vectors.PageFault, cpu.Fault().Vector);
        Assert.Equal((Guest.Code, 0x5555UL), (cpu.Rip, guest.Machine.Peek<ulong>(Guest.StackTop - 0x2000)));
        cpu.Rsp = 1UL << 62;
        Assert.False(cpu.FarCall(Guest.KernelCs, 0x1000, 8, 0));
        Assert.Equal(new Stop(StopKind.Fault, Vectors.StackFault), cpu.Fault());
    }

    [Fact]
    public void Far_jumps_and_calls_are_tracked()
    {
        foreach (var transfer in new Func<Guest, bool>[]
        {
            guest => guest.Machine.Cpu.FarJump(Guest.KernelCs, 0x1000),
            guest => guest.Machine.Cpu.FarCall(Guest.KernelCs, 0x1000, 8, 0),
        })
        {
            var guest = NewGuest();
            guest.Machine[Reg.Cr4] |= Cr4Bits.CET;
            guest.Machine[Reg.SCet] = CetBits.EndbranchEnable | CetBits.Suppress;
            Assert.True(transfer(guest));
            Assert.Equal(CetBits.EndbranchEnable | CetBits.WaitForEndbranch, guest.Machine[Reg.SCet]);
        }
    }

    private static AssembledGuest Pointing(string text, int width, ulong target, ulong selector)
    {
        var guest = new AssembledGuest(text + "; hlt");
        Extend(guest.Guest);
        guest.Machine[Reg.Rsp] = Stack;
        guest.Machine[Reg.Rax] = Guest.Data + 0xFFF;
        guest.Machine.Poke(Guest.Data + 0xFFF, (byte[])[.. BitConverter.GetBytes(target)[..width], .. BitConverter.GetBytes((ushort)selector)]);
        return guest;
    }

    private static void WriteStack(Guest guest, int width, params ulong[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            guest.Machine.Poke(Stack + (ulong)(i * width), BitConverter.GetBytes(words[i]).AsSpan(0, width));
        }
    }
}
