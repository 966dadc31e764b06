using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tests.Kernel;

/// <summary>The state at an entry's first instruction, for each way in and each state the event may find.</summary>
public sealed class DeliveryTests
{
    private static readonly KernelLayout _layout = new();

    private static readonly EntryUnit _unit = new HandWrittenUnit()
        .KernelVariables()
        .Label("entry_SYSCALL_64").Add("nop", Nop)
        .Label("entry_SYSENTER_compat").Add("nop", Nop)
        .Label("asm_int80_emulation").Add("nop", Nop)
        .Label("asm_exc_page_fault").Add("nop", Nop)
        .Label("asm_exc_nmi").Add("nop", Nop)
        .Label("asm_exc_machine_check").Add("nop", Nop)
        .Label("asm_exc_double_fault").Add("nop", Nop)
        .Label("asm_common_interrupt").Add("nop", Nop)
        .Label("helper").Add("nop", Nop)
        .Label("my_timer", EntryKind.Interrupt).Add("nop", Nop)
        .Label("my_nmi", EntryKind.Nmi).Add("nop", Nop).Add("nop", Nop).Add("nop", Nop)
        .Label("my_paranoid", EntryKind.Paranoid).Add("nop", Nop)
        .Build();

    private readonly KernelEnvironment _environment = KernelEnvironment.Create(_unit);

    private Machine Machine => _environment.Machine;

    [Theory]
    [InlineData("asm_exc_page_fault", Side.User, StackKind.Entry, true)]
    [InlineData("asm_exc_page_fault", Side.Kernel, StackKind.Thread, true)]
    [InlineData("asm_exc_nmi", Side.User, StackKind.Nmi, false)]
    [InlineData("asm_exc_nmi", Side.Kernel, StackKind.Nmi, false)]
    [InlineData("asm_exc_machine_check", Side.Kernel, StackKind.MachineCheck, false)]
    [InlineData("asm_exc_double_fault", Side.Kernel, StackKind.DoubleFault, true)]
    [InlineData("my_timer", Side.User, StackKind.Entry, false)]
    [InlineData("my_nmi", Side.Kernel, StackKind.Nmi, false)]
    [InlineData("my_paranoid", Side.User, StackKind.Debug, false)]
    public void EventsBuildTheirFrameOnTheRightStack(string symbol, Side from, StackKind stack, bool errorCode)
    {
        var activation = _environment.Start(symbol, new StartState { From = from });

        Assert.Equal(StopKind.None, activation.Delivery.Kind);
        Assert.Equal(_unit.Symbols[symbol], Machine[Reg.Rip]);
        Assert.Equal((ulong)Selectors.KernelCode, Machine[Reg.Cs]);
        Assert.Equal(stack, _environment.Stacks.OfPointer(Machine[Reg.Rsp])!.Kind);
        Assert.Equal(0ul, Machine[Reg.Rflags] & Flags.IF);

        // The hardware changes neither CR3 nor GS.
        Assert.Equal(from == Side.User ? _environment.UserCr3 : _environment.KernelCr3, Machine[Reg.Cr3]);
        Assert.Equal(from == Side.User ? _environment.UserGsBase : _layout.PerCpuBase.Value, Machine[Reg.GsBase]);

        VirtualAddress frame = Machine[Reg.Rsp] + (errorCode ? 8ul : 0);
        Assert.Equal(activation.Interrupted(Reg.Rip), Machine.Peek<ulong>(frame));
        Assert.Equal(activation.Interrupted(Reg.Cs), Machine.Peek<ulong>(frame + 8));
        Assert.Equal(activation.Interrupted(Reg.Rflags), Machine.Peek<ulong>(frame + 16) & ~Flags.RF);
        Assert.Equal(activation.Interrupted(Reg.Rsp), Machine.Peek<ulong>(frame + 24));
        Assert.Equal(activation.Interrupted(Reg.Ss), Machine.Peek<ulong>(frame + 32));
    }

    [Fact]
    public void PageFaultOfUserCodeHasItsErrorCode()
    {
        _environment.Start("asm_exc_page_fault");
        Assert.Equal(4ul, Machine.Peek<ulong>(Machine[Reg.Rsp]));
        _environment.Start("asm_exc_page_fault", StartState.Kernel);
        Assert.Equal(0ul, Machine.Peek<ulong>(Machine[Reg.Rsp]));
        _environment.Start("asm_exc_page_fault", StartState.Kernel with { ErrorCode = 2 });
        Assert.Equal(2ul, Machine.Peek<ulong>(Machine[Reg.Rsp]));
    }

    [Theory]
    [InlineData(Side.User, Side.User)]
    [InlineData(Side.User, Side.Kernel)]
    [InlineData(Side.Kernel, Side.User)]
    public void KernelCodeCanBeFoundInTheWindows(Side cr3, Side gs)
    {
        var activation = _environment.Start("asm_exc_nmi", StartState.Kernel with { Cr3 = cr3, Gs = gs });

        Assert.Equal(StopKind.None, activation.Delivery.Kind);
        Assert.Equal(0ul, activation.Interrupted(Reg.Cs) & 3);
        Assert.Equal(0ul, activation.Interrupted(Reg.Rflags) & Flags.IF);
        Assert.Equal(cr3 == Side.User ? _environment.UserCr3 : _environment.KernelCr3, Machine[Reg.Cr3]);
        Assert.Equal(gs == Side.User ? _environment.UserGsBase : _layout.PerCpuBase.Value, Machine[Reg.GsBase]);
        Assert.Equal(gs == Side.User ? _layout.PerCpuBase.Value : _environment.UserGsBase, Machine[Reg.KernelGsBase]);

        // The interrupted code and its stack are mapped in the half that is live.
        Assert.Equal(StackKind.Entry, _environment.Stacks.OfPointer(activation.Interrupted(Reg.Rsp))!.Kind);
        Machine[Reg.Cr3] = _environment.UserCr3;
        Assert.True(Machine.Cpu.Fetch(activation.Interrupted(Reg.Rip)));
    }

    [Fact]
    public void SyscallTouchesNoStackAndMasksFlags()
    {
        var activation = _environment.Start("entry_SYSCALL_64");
        Assert.Equal(StopKind.None, activation.Delivery.Kind);
        Assert.Equal(_unit.Symbols["entry_SYSCALL_64"], Machine[Reg.Rip]);
        Assert.Equal(activation.Interrupted(Reg.Rsp), Machine[Reg.Rsp]);
        Assert.Equal(activation.Interrupted(Reg.Rip) + 2, Machine[Reg.Rcx]);
        Assert.Equal(activation.Interrupted(Reg.Rflags), Machine[Reg.R11]);
        Assert.Equal(Flags.Reserved1, Machine[Reg.Rflags]);
        Assert.Equal(activation.ResumeAddress.Value, Machine[Reg.Rcx]);
    }

    [Fact]
    public void SysenterTakesTheEntryStack()
    {
        var activation = _environment.Start("entry_SYSENTER_compat");
        Assert.Equal(_layout.Stack(StackKind.Entry).Top.Value, Machine[Reg.Rsp]);
        Assert.Equal(_unit.Symbols["entry_SYSENTER_compat"], Machine[Reg.Rip]);
        Assert.Equal(activation.ResumeStackPointer, Machine[Reg.Rbp]);
    }

    [Fact]
    public void Int80ReturnsAfterTheInstruction()
    {
        var activation = _environment.Start("asm_int80_emulation");
        Assert.Equal(StopKind.None, activation.Delivery.Kind);
        Assert.Equal(activation.Interrupted(Reg.Rip) + 2, Machine.Peek<ulong>(Machine[Reg.Rsp]));
    }

    [Fact]
    public void DeviceInterruptComesThroughAStubThatPushesTheVector()
    {
        _environment.Start("asm_common_interrupt");
        Assert.Equal(_unit.Symbols["asm_common_interrupt"], Machine[Reg.Rip]);
        Assert.Equal(0x21ul, Machine.Peek<ulong>(Machine[Reg.Rsp]));
        Assert.Equal(_layout.UserText.Value, Machine.Peek<ulong>(Machine[Reg.Rsp] + 8) & ~0xffful);
    }

    [Fact]
    public void OtherSymbolsAreCalled()
    {
        var activation = _environment.Start("helper", StartState.Kernel);
        Assert.Equal(EntryKind.Call, activation.Entry.Kind);
        Assert.Equal(activation.Interrupted(Reg.Rip), Machine.Peek<ulong>(Machine[Reg.Rsp]));
        Assert.Equal(activation.Interrupted(Reg.Rsp) - 8, Machine[Reg.Rsp]);
    }

    [Fact]
    public void EveryGeneralRegisterOfTheInterruptedCodeIsDistinct()
    {
        foreach (var start in new[] { StartState.User, StartState.Kernel })
        {
            var activation = _environment.Start("asm_exc_nmi", start);
            var values = Enumerable.Range(0, 16).Select(r => activation.Interrupted((Reg)r)).ToList();
            Assert.Equal(16, values.Distinct().Count());
            Assert.All(values, value => Assert.True(new VirtualAddress(value).IsCanonical));
        }
    }

    [Fact]
    public void ResetUndoesWhatEntriesLeftBehind()
    {
        var slot = _layout.Stack(StackKind.Nmi).Top + -8;
        Assert.Equal(0ul, Machine.Peek<ulong>(slot));
        _environment.Start("my_nmi");
        Assert.Equal((ulong)Selectors.UserData, Machine.Peek<ulong>(slot));
        _environment.Reset();
        Assert.Equal(0ul, Machine.Peek<ulong>(slot));
        Assert.Equal((ulong)Selectors.UserCode, Machine[Reg.Cs]);
        Assert.Equal(_unit.Symbols["entry_SYSCALL_64"], Machine[Reg.Lstar]);
    }

    [Fact]
    public void EachStartHasTheWholeBudget()
    {
        var environment = KernelEnvironment.Create(_unit, new KernelOptions { Budget = 5 });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(StopKind.None, environment.Start("my_nmi").Delivery.Kind);
            for (var n = 0; n < 3; n++)
            {
                Assert.Equal(StopKind.None, environment.Machine.Step(environment.Unit).Kind);
            }
        }
    }

    [Fact]
    public void ImpossibleEventsAreRefused()
    {
        Assert.Throws<ArgumentException>(() => _environment.Start("asm_exc_nmi", StartState.User with { Cr3 = Side.Kernel }));
        Assert.Throws<ArgumentException>(() => _environment.Start("entry_SYSCALL_64", StartState.Kernel));
        Assert.Contains("no_such_symbol", Assert.Throws<ArgumentException>(() => _environment.Start("no_such_symbol")).Message, StringComparison.Ordinal);
    }

    private static bool Nop(ref Cpu cpu) => true;
}
