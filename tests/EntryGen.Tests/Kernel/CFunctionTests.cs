using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.Tests.Kernel;

/// <summary>Models of C functions: what they do to memory and registers.</summary>
public sealed class CFunctionTests
{
    private static readonly KernelLayout _layout = new();

    [Fact]
    public void SyncRegsMovesPtRegsToTheThreadStack()
    {
        var environment = Create("sync_regs");
        var machine = environment.Machine;
        var from = _layout.Stack(StackKind.Entry).Top.Value - PtRegs.Size;
        FillPtRegs(machine, from);

        Assert.Equal(StopKind.None, Call(environment, from).Kind);

        var to = _layout.Stack(StackKind.Thread).Top.Value - PtRegs.Size;
        Assert.Equal(to, machine[Reg.Rax]);
        Assert.Equal(Words(machine, from), Words(machine, to));
        Assert.Equal(Cpu.Poison + (ulong)Reg.Rdi, machine[Reg.Rdi]);
    }

    [Fact]
    public void SyncRegsLeavesPtRegsThatAreInPlace()
    {
        var environment = Create("sync_regs");
        var at = _layout.Stack(StackKind.Thread).Top.Value - PtRegs.Size;
        FillPtRegs(environment.Machine, at);
        var before = Words(environment.Machine, at);

        Assert.Equal(StopKind.None, Call(environment, at).Kind);
        Assert.Equal(at, environment.Machine[Reg.Rax]);
        Assert.Equal(before, Words(environment.Machine, at));
    }

    [Theory]
    [InlineData(Side.User, Side.Kernel)] // the thread stack is not in the user half
    [InlineData(Side.Kernel, Side.User)] // current_top_of_stack is %gs-relative
    public void SyncRegsFaultsWhereTheKernelWould(Side cr3, Side gs)
    {
        var environment = Create("sync_regs");
        var machine = environment.Machine;
        environment.Start("caller", StartState.Kernel with { Cr3 = cr3, Gs = gs });
        machine[Reg.Rdi] = _layout.Stack(StackKind.Entry).Top.Value - PtRegs.Size;
        var cpu = machine.Cpu;
        _ = environment.Unit.Step(ref cpu);

        var stop = environment.Unit.Step(ref cpu);
        Assert.Equal(StopKind.Fault, stop.Kind);
        Assert.Equal(Vectors.PageFault, stop.Vector);
    }

    [Fact]
    public void FixupBadIretTakesTheFrameThatIretqRead()
    {
        var environment = Create("fixup_bad_iret");
        var machine = environment.Machine;

        // IRETQ faulted with its frame at the top of the entry stack: the processor pushed below, and error_entry pushed the registers.
        var frame = _layout.Stack(StackKind.Entry).Top.Value - 5 * 8;
        for (var i = 0ul; i < 5; i++)
        {
            machine.Poke<ulong>(frame + i * 8, 0xf000 + i);
        }

        var bad = frame - 0x20 - PtRegs.Size;
        FillPtRegs(machine, bad);
        machine.Poke<ulong>(bad + PtRegs.Rsp, frame);
        var registers = Words(machine, bad)[..16];

        Assert.Equal(StopKind.None, Call(environment, bad).Kind);

        var to = _layout.Stack(StackKind.Entry).Top.Value - PtRegs.Size;
        Assert.Equal(to, machine[Reg.Rax]);
        Assert.Equal(registers, Words(machine, to)[..16]);
        Assert.Equal([0xf000, 0xf001, 0xf002, 0xf003, 0xf004], Words(machine, to)[16..]);
    }

    [Theory]
    [InlineData(StackKind.Thread, StackKind.Thread)]
    [InlineData(StackKind.Nmi, StackKind.Nmi)]
    [InlineData(StackKind.Entry, StackKind.VmmFallback)]
    [InlineData(StackKind.User, StackKind.VmmFallback)]
    public void VcContinuesOnTheInterruptedStackWhereThatIsSafe(StackKind interrupted, StackKind expected)
    {
        var environment = Create("vc_switch_off_ist");
        var machine = environment.Machine;
        var at = _layout.Stack(StackKind.VmmCommunication).Top.Value - PtRegs.Size;
        FillPtRegs(machine, at);
        var rsp = _layout.Stack(interrupted).Top.Value - 0x104;
        machine.Poke(at + PtRegs.Rsp, rsp);

        Assert.Equal(StopKind.None, Call(environment, at).Kind);

        var expectedTop = interrupted == expected ? rsp & ~7ul : _layout.Stack(expected).Top.Value;
        Assert.Equal(expectedTop - PtRegs.Size, machine[Reg.Rax]);
        Assert.Equal(Words(machine, at), Words(machine, machine[Reg.Rax]));
    }

    [Fact]
    public void VcInSyscallEntryContinuesOnTheThreadStack()
    {
        var environment = Create("vc_switch_off_ist");
        var machine = environment.Machine;
        var at = _layout.Stack(StackKind.VmmCommunication).Top.Value - PtRegs.Size;
        FillPtRegs(machine, at);
        machine.Poke<ulong>(at + PtRegs.Rip, environment.Unit.Symbols["entry_SYSCALL_64"]);
        machine.Poke(at + PtRegs.Rsp, _layout.Stack(StackKind.Nmi).Top.Value - 8);

        Assert.Equal(StopKind.None, Call(environment, at).Kind);
        Assert.Equal(_layout.Stack(StackKind.Thread).Top.Value - PtRegs.Size, machine[Reg.Rax]);
    }

    [Fact]
    public void SystemCallStoresItsResultAndReturnsABoolInAlOnly()
    {
        var environment = Create("do_syscall_64");
        var machine = environment.Machine;
        var at = _layout.Stack(StackKind.Thread).Top.Value - PtRegs.Size;
        FillPtRegs(machine, at);

        Assert.Equal(StopKind.None, Call(environment, at).Kind);
        Assert.NotEqual(0x1000 + 10ul, machine.Peek<ulong>(at + PtRegs.Rax));
        Assert.Equal(1, (byte)machine[Reg.Rax]);
        Assert.NotEqual(1ul, machine[Reg.Rax]);
    }

    [Fact]
    public void SysenterGetsRspAndIfBack()
    {
        var environment = Create("do_SYSENTER_32");
        var machine = environment.Machine;
        var at = _layout.Stack(StackKind.Thread).Top.Value - PtRegs.Size;
        FillPtRegs(machine, at);
        machine.Poke<ulong>(at + PtRegs.Eflags, 2);

        Assert.Equal(StopKind.None, Call(environment, at).Kind);
        Assert.Equal(machine.Peek<ulong>(at + PtRegs.Rbp), machine.Peek<ulong>(at + PtRegs.Rsp));
        Assert.Equal(Flags.IF | 2, machine.Peek<ulong>(at + PtRegs.Eflags));
        Assert.Equal(_layout.VdsoLandingPad.Value, machine.Peek<ulong>(at + PtRegs.Rip));
    }

    [Theory]
    [InlineData("entry_untrain_ret")]
    [InlineData("srso_alias_untrain_ret")]
    public void BarriersChangeNoRegister(string name)
    {
        var environment = Create(name);
        Assert.Equal(StopKind.None, Call(environment, rdi: 77, out var activation).Kind);
        for (var register = Reg.Rax; register <= Reg.R15; register++)
        {
            // The caller itself was called, and RDI was set for it.
            var before = activation.Interrupted(register) - (register == Reg.Rsp ? 8ul : 0);
            Assert.Equal(register == Reg.Rdi ? 77 : before, environment.Machine[register]);
        }
    }

    [Fact]
    public void IndirectThunkGoesWhereTheRegisterSays()
    {
        var environment = Create("__x86_indirect_thunk_rbx");
        var machine = environment.Machine;
        environment.Start("caller", StartState.Kernel);
        machine[Reg.Rbx] = environment.Unit.Symbols["target"];
        var rsp = machine[Reg.Rsp];
        Assert.Equal(StopKind.None, machine.Step(environment.Unit).Kind);
        Assert.Equal(StopKind.None, machine.Step(environment.Unit).Kind);
        Assert.Equal(environment.Unit.Symbols["target"], machine[Reg.Rip]);
        Assert.Equal(rsp - 8, machine[Reg.Rsp]); // the call's return address is still there
    }

    [Fact]
    public void HandlersWithoutAModelLeaveRegistersUndefined()
    {
        var environment = Create("exc_page_fault");
        Assert.Equal(StopKind.None, Call(environment, rdi: 0).Kind);
        Assert.Equal(Cpu.Poison, environment.Machine[Reg.Rax]);
    }

    [Fact]
    public void AFunctionThatDoesNotReturnEndsTheRun()
    {
        var environment = Create("make_task_dead");
        Assert.Equal(StopKind.NoReturn, Call(environment, rdi: 0).Kind);
    }

    [Fact]
    public void AssemblyOfAnotherFileIsNotTakenForAFunction()
    {
        var environment = Create("swapgs_restore_regs_and_return_to_usermode");
        var trace = TraceRecorder.Record(environment, "caller", StartState.Kernel);
        Assert.Equal("swapgs_restore_regs_and_return_to_usermode is not modelled", trace.Summary.Stop);
    }

    [Fact]
    public void OptionsReplaceModels()
    {
        var functions = new Dictionary<string, CFunction> { ["sync_regs"] = (ref Cpu cpu) => cpu.Rax = 0x1234 };
        var environment = KernelEnvironment.Create(Unit("sync_regs"), new KernelOptions { Functions = functions });
        Assert.Equal(StopKind.None, Call(environment, rdi: 0).Kind);
        Assert.Equal(0x1234ul, environment.Machine[Reg.Rax]);
    }

    private static EntryUnit Unit(string function) => new HandWrittenUnit()
        .KernelVariables()
        .Label("entry_SYSCALL_64").Add("nop", Nop)
        .Label("entry_SYSCALL_64_safe_stack")
        .Label("caller").Call(function).Add("nop", Nop)
        .Label("target").Add("nop", Nop)
        .Build();

    private static KernelEnvironment Create(string function) => KernelEnvironment.Create(Unit(function));

    private static Stop Call(KernelEnvironment environment, ulong rdi) => Call(environment, rdi, out _);

    /// <summary>Executes the CALL, then the function.</summary>
    private static Stop Call(KernelEnvironment environment, ulong rdi, out Activation activation)
    {
        activation = environment.Start("caller", StartState.Kernel);
        environment.Machine[Reg.Rdi] = rdi;
        var stop = environment.Machine.Step(environment.Unit);
        return stop.Kind == StopKind.None ? environment.Machine.Step(environment.Unit) : stop;
    }

    private static void FillPtRegs(Machine machine, ulong at)
    {
        for (var i = 0ul; i < PtRegs.Words; i++)
        {
            machine.Poke(at + i * 8, 0x1000 + i);
        }
    }

    private static ulong[] Words(Machine machine, ulong at) =>
        [.. Enumerable.Range(0, PtRegs.Words).Select(i => machine.Peek<ulong>(at + (ulong)i * 8))];

    private static bool Nop(ref Cpu cpu) => true;
}
