using EntryGen.Emulation;

namespace EntryGen.Tests.Emulation;

/// <summary>Between two instructions: single steps, breakpoints, shadows and the NMI (SDM vol. 3A, 6.7 to 6.9; vol. 3B, 17.3).</summary>
public class BoundaryTests
{
    // Notes the return address and DR6 at (%rdi), clears DR6 and TF of the frame as RCX says, and returns.
    private const string Handler = """
        movq (%rsp), %rax
        movq %rax, (%rdi)
        movq %dr6, %rax
        movq %rax, 8(%rdi)
        addq $16, %rdi
        movl $0xffff0ff0, %eax
        movq %rax, %dr6
        andq %rcx, 16(%rsp)
        iretq
        """;

    private const ulong Dr6 = 0xFFFF_0FF0;
    private const ulong SingleStep = Dr6 | (1 << 14);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TF_traps_after_each_instruction_that_began_with_it(bool observed)
    {
        var guest = Guest("""
            pushfq
            orq $0x100, (%rsp)
            popfq
            nop
            incq %rbx
            hlt
            """, Handler);
        guest.Machine[Reg.Rcx] = ulong.MaxValue;
        var stop = Run(guest, observed);
        Assert.Equal(StopKind.Halted, stop.Kind);
        Assert.Equal([guest.At(0, 4), SingleStep, guest.At(0, 5), SingleStep, 0, 0], guest.Guest.Words(Emulation.Guest.Data, 6));
        Assert.Equal(1UL, guest.Machine[Reg.Rbx]);
    }

    [Fact]
    public void A_handler_that_clears_TF_in_the_frame_ends_it()
    {
        var guest = Guest("""
            pushfq
            orq $0x100, (%rsp)
            popfq
            nop
            nop
            nop
            hlt
            """, Handler);
        guest.Machine[Reg.Rcx] = ~Flags.TF;
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        Assert.Equal([guest.At(0, 4), SingleStep, 0], guest.Guest.Words(Emulation.Guest.Data, 3));
    }

    [Fact]
    public void IRETQ_to_code_with_TF_leaves_the_fast_form_in_time()
    {
        var guest = Guest("""
            leaq 1f(%rip), %rax
            movq %ss, %rbx
            pushq %rbx
            leaq 8(%rsp), %rbx
            pushq %rbx
            pushq $0x102
            movq %cs, %rbx
            pushq %rbx
            pushq %rax
            iretq
            1: nop
            hlt
            """, Handler);
        guest.Machine[Reg.Rcx] = ~Flags.TF;
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        Assert.Equal([guest.At(0, 11), SingleStep, 0], guest.Guest.Words(Emulation.Guest.Data, 3));
    }

    [Theory]
    [InlineData(false, 0)] // SFMASK does not clear TF: a trap at the first kernel instruction
    [InlineData(true, -1)]
    public void SYSCALL_traps_by_the_TF_that_it_leaves(bool masked, int at)
    {
        // SYSCALL overwrites RCX, so this handler has the mask as a constant.
        var guest = Guest("syscall", Handler.Replace("andq %rcx", "andq $~0x100"), "nop; hlt");
        guest.Machine[Reg.Lstar] = guest[2];
        guest.Machine[Reg.Sfmask] = masked ? Flags.TF : 0;
        guest.Machine[Reg.Rflags] |= Flags.TF;
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        Assert.Equal(at < 0 ? 0 : guest.At(2, at), guest.Guest.Words(Emulation.Guest.Data, 1)[0]);
    }

    [Fact]
    public void SYSENTER_keeps_TF_and_traps_before_the_first_kernel_instruction()
    {
        var guest = Guest("sysenter", Handler, "nop; nop; hlt");
        guest.Machine[Reg.SysenterCs] = Emulation.Guest.KernelCs;
        guest.Machine[Reg.SysenterEip] = guest[2];
        guest.Machine[Reg.SysenterEsp] = Emulation.Guest.StackTop - 0x400;
        guest.Machine[Reg.Rcx] = ~Flags.TF;
        guest.Machine[Reg.Rflags] |= Flags.TF;
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        Assert.Equal([guest.At(2, 0), SingleStep, 0], guest.Guest.Words(Emulation.Guest.Data, 3));
    }

    [Fact]
    public void INT_n_swallows_the_single_step()
    {
        var guest = Guest("int $0x80; hlt", Handler, "iretq");
        guest.Guest.SetGate(0x80, guest[2]);
        guest.Machine[Reg.Rcx] = ~Flags.TF;
        guest.Machine[Reg.Rflags] |= Flags.TF;
        Assert.Equal(StopKind.Halted, Run(guest).Kind);

        // IRETQ brings TF back; HLT begins with it and is never over, so there is no trap at all.
        Assert.Equal(0UL, guest.Guest.Words(Emulation.Guest.Data, 1)[0]);
    }

    [Theory]
    [InlineData(1, true)] // L0
    [InlineData(0, false)]
    [InlineData(2, true)] // G0
    public void An_instruction_breakpoint_faults_before_the_instruction(int enable, bool hits)
    {
        var guest = Guest("incq %rbx; incq %rbx; hlt", Handler);
        guest.Machine[Reg.Rcx] = ulong.MaxValue;
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteDebug(0, guest.At(0, 1)));
        Assert.True(cpu.WriteDebug(7, (ulong)enable));

        // Without RF in the frame it would hit for ever: the handler sets it, as the SDM asks.
        var setsResume = Guest("incq %rbx; incq %rbx; hlt", Handler.Replace("andq %rcx, 16(%rsp)", "orq $0x10000, 16(%rsp)"));
        cpu = setsResume.Machine.Cpu;
        Assert.True(cpu.WriteDebug(0, setsResume.At(0, 1)));
        Assert.True(cpu.WriteDebug(7, (ulong)enable));
        Assert.Equal(StopKind.Halted, Run(setsResume).Kind);
        Assert.Equal(2UL, setsResume.Machine[Reg.Rbx]);
        Assert.Equal(hits ? [setsResume.At(0, 1), Dr6 | 1, 0] : new ulong[3], setsResume.Guest.Words(Emulation.Guest.Data, 3));

        guest.Machine.Budget = 200;
        Assert.Equal(hits ? StopKind.Budget : StopKind.Halted, Run(guest).Kind);
        Assert.Equal(hits ? 1UL : 2, guest.Machine[Reg.Rbx]);
    }

    [Theory]
    [InlineData(0x0001_0001u, "movq %rbx, (%rsi)", true)] // write, 1 byte
    [InlineData(0x0001_0001u, "movq (%rsi), %rbx", false)]
    [InlineData(0x0003_0001u, "movq (%rsi), %rbx", true)] // read or write
    [InlineData(0x0001_0001u, "movb %bl, 1(%rsi)", false)]
    [InlineData(0x000d_0001u, "movb %bl, 3(%rsi)", true)] // 4 bytes
    [InlineData(0x000d_0001u, "movb %bl, 4(%rsi)", false)]
    [InlineData(0x0009_0001u, "movb %bl, 7(%rsi)", true)] // 8 bytes
    [InlineData(0x0001_0001u, "movl %ebx, -3(%rsi)", true)]
    [InlineData(0x0001_0001u, "incq (%rsi)", true)]
    [InlineData(0x0001_0001u, "movq (%rsi), %rsp; pushq %rbx", true)]
    public void A_data_breakpoint_traps_after_the_instruction(uint control, string access, bool hits)
    {
        var guest = Guest($"nop; {access}; nop; hlt", Handler);
        const ulong Place = Emulation.Guest.Data + 0x1000;
        guest.Guest.SetGate(1, guest[1], ist: 1);
        guest.Machine.Poke(Place, Place + 8);
        guest.Machine[Reg.Rcx] = ulong.MaxValue;
        guest.Machine[Reg.Rsi] = Place;
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteDebug(0, Place));
        Assert.True(cpu.WriteDebug(7, control));
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        var after = guest.At(0, access.Contains(';', StringComparison.Ordinal) ? 3 : 2);
        Assert.Equal(hits ? [after, Dr6 | 1, 0] : new ulong[3], guest.Guest.Words(Emulation.Guest.Data, 3));
    }

    /// <summary>CVE-2018-8897: the trap that MOV SS holds back comes when SYSCALL or INT n has entered the kernel.</summary>
    [Theory]
    [InlineData("syscall")]
    [InlineData("int $0x80")]
    [InlineData("nop")]
    public void A_trap_held_back_by_MOV_SS_comes_after_the_next_instruction(string next)
    {
        var guest = Guest($"movw (%rsi), %ss; {next}; hlt", Handler.Replace("andq %rcx", "andq $-1"), "nop; hlt");
        guest.Guest.SetGate(0x80, guest[2], dpl: 3);
        guest.Machine[Reg.Lstar] = guest[2];
        const ulong Place = Emulation.Guest.Data + 0x1000;
        guest.Machine.Poke(Place, Emulation.Guest.KernelSs);
        guest.Machine[Reg.Rsi] = Place;
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteDebug(0, Place));
        Assert.True(cpu.WriteDebug(7, 0x0003_0001));
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        ulong at = next == "nop" ? guest.At(0, 2) : guest.At(2, 0);
        Assert.Equal([at, Dr6 | 1, 0], guest.Guest.Words(Emulation.Guest.Data, 3));
    }

    [Fact]
    public void RF_lets_the_instruction_pass_once()
    {
        // The loop comes by three times: RF covers one instruction, not the breakpoint.
        var guest = Guest("movl $3, %edx; 1: decl %edx; jnz 1b; hlt", Handler.Replace("andq %rcx, 16(%rsp)", "orq $0x10000, 16(%rsp)"));
        var cpu = guest.Machine.Cpu;
        Assert.True(cpu.WriteDebug(2, guest.At(0, 1)));
        Assert.True(cpu.WriteDebug(7, 0x10));
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        Assert.Equal([guest.At(0, 1), Dr6 | 4, guest.At(0, 1), Dr6 | 4, guest.At(0, 1), Dr6 | 4, 0], guest.Guest.Words(Emulation.Guest.Data, 7));
        Assert.Equal(0UL, guest.Machine[Reg.Rflags] & Flags.RF);
    }

    [Fact]
    public void A_C_function_is_one_step()
    {
        var guest = Guest("call model; nop; hlt", Handler);
        var ran = 0;
        guest.Machine.CFunctions["model"] = (ref Cpu cpu) => ran++;
        guest.Machine[Reg.Rcx] = ulong.MaxValue;
        guest.Machine[Reg.Rflags] |= Flags.TF;
        var function = guest.Code.Unit.Externals["model"].Address;
        guest.Guest.Map(function & ~0xFFFUL, PageTableBits.Present);
        Assert.Equal(StopKind.Halted, Run(guest).Kind);
        Assert.Equal(
            [function, SingleStep, guest.At(0, 1), SingleStep, guest.At(0, 2), SingleStep, 0],
            guest.Guest.Words(Emulation.Guest.Data, 7));
        Assert.Equal(1, ran);
    }

    [Theory]
    [InlineData("movq 1(%rsi), %rax", true, true)]
    [InlineData("movq 8(%rsi), %rax", true, false)]
    [InlineData("movb 1(%rsi), %al", true, false)]
    [InlineData("movw %ax, 1(%rsi)", true, true)]
    [InlineData("movl 2(%rsi), %eax", true, true)]
    [InlineData("movl 2(%rsi), %eax", false, false)]
    public void Alignment_is_checked_in_user_mode_when_AM_and_AC_are_set(string access, bool flag, bool faults)
    {
        var guest = Guest("hlt", Handler, $"{access}; nop");
        guest.Guest.SetGate(17, guest[0]);
        foreach (var shift in new[] { 12, 21, 30, 39 })
        {
            guest.Guest.ChangeEntry(guest[2], PageTableBits.User, shift: shift);
        }

        guest.Guest.EnterUser(rip: guest[2]);
        guest.Machine[Reg.Rsi] = Emulation.Guest.UserData;
        guest.Machine[Reg.Cr0] |= Cr0Bits.AM;
        guest.Machine[Reg.Rflags] |= flag ? Flags.AC : 0;
        var stop = Run(guest);
        Assert.Equal(faults ? StopKind.Halted : StopKind.Left, stop.Kind);
        Assert.Equal(faults ? 0UL : 3, guest.Machine[Reg.Cs] & 3);
    }

    [Fact]
    public void The_order_at_a_boundary_is_retire_observe_deliver_observe_handler()
    {
        var guest = Guest("movq %rbx, (%rsi); nop; hlt", Handler.Replace("iretq", "hlt"));
        guest.Machine[Reg.Rsi] = Emulation.Guest.Data + 0x1000;
        guest.Machine[Reg.Rflags] |= Flags.TF;
        var log = new List<string>();
        using (guest.Machine.Observe(new Order(log)))
        {
            Run(guest);
        }

        var top = Emulation.Guest.StackTop;
        string[] expected =
        [
            $"store {Emulation.Guest.Data + 0x1000:x}", $"retired {guest.At(0, 0):x}",
            $"store {top - 8:x}", $"store {top - 16:x}", $"store {top - 24:x}", $"store {top - 32:x}", $"store {top - 40:x}", "delivered 1",
            $"load {top - 40:x}", $"retired {guest.At(1, 0):x}",
        ];
        Assert.Equal(expected, log.Take(expected.Length));
    }

    [Fact]
    public void A_latched_NMI_comes_after_the_trap_of_the_instruction_before()
    {
        var guest = Guest("nop; hlt", Handler, "incq %rbx; iretq");
        guest.Guest.SetGate(2, guest[2], ist: 1);
        guest.Machine[Reg.Rcx] = ~Flags.TF;
        guest.Machine[Reg.Rflags] |= Flags.TF;
        guest.Machine[Reg.EventState] = EventBits.NmiBlocked | EventBits.NmiLatched;
        var log = new List<string>();
        using (guest.Machine.Observe(new Order(log)))
        {
            Assert.Equal(StopKind.Halted, Run(guest).Kind);
        }

        // The #DB handler's IRETQ unblocks NMIs: it comes right after that.
        Assert.Equal(["delivered 1", "delivered 2"], log.Where(line => line.StartsWith("delivered", StringComparison.Ordinal)));
        Assert.Equal(1UL, guest.Machine[Reg.Rbx]);
    }

    [Fact]
    public void A_run_stops_at_an_address_or_a_symbol()
    {
        var guest = Guest("1: incq %rbx; call model; jmp 1b", Handler, "nop");
        var machine = guest.Machine;
        guest.Guest.Map(guest.Code.Unit.Externals["model"].Address & ~0xFFFUL, PageTableBits.Present);
        Assert.Equal(StopKind.Reached, machine.RunUntil(guest.Code.Unit, "model").Kind);
        Assert.Equal((1UL, guest.Code.Unit.Externals["model"].Address), (machine[Reg.Rbx], machine[Reg.Rip]));
        Assert.Equal(StopKind.Reached, machine.RunUntil(guest.Code.Unit, "s0").Kind);
        Assert.Equal(StopKind.Reached, machine.RunUntil(guest.Code.Unit, "s0").Kind); // once round
        Assert.Equal((2UL, guest[0]), (machine[Reg.Rbx], machine[Reg.Rip]));
        machine.Budget = 10;
        Assert.Equal(StopKind.Budget, machine.RunUntil(guest.Code.Unit, "s1").Kind);
        Assert.Throws<ArgumentException>(() => machine.RunUntil(guest.Code.Unit, "nowhere"));
    }

    private static AssembledGuest Guest(string main, string handler, params string[] more)
    {
        var guest = new AssembledGuest([main, handler, .. more]);
        guest.Guest.SetGate(1, guest[1]);
        guest.Machine[Reg.Rdi] = Emulation.Guest.Data;
        return guest;
    }

    private static Stop Run(AssembledGuest guest, bool observed = false)
    {
        if (!observed)
        {
            return guest.Machine.Run(guest.Code.Unit);
        }

        using (guest.Machine.Observe(new Order([])))
        {
            return guest.Machine.Run(guest.Code.Unit);
        }
    }

    private sealed class Order(List<string> log) : IMachineObserver
    {
        public void Retired(Machine machine, ulong address) => log.Add($"retired {address:x}");

        public void Load(Machine machine, ulong address, int size, ulong value) => log.Add($"load {address:x}");

        public void Store(Machine machine, ulong address, int size, ulong value) => log.Add($"store {address:x}");

        public void Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress) => log.Add($"delivered {vector}");
    }
}
