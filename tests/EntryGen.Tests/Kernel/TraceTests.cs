using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.Tests.Kernel;

/// <summary>What the recorder makes of a run: steps, lanes, counts, and why it ended.</summary>
public sealed class TraceTests
{
    [Fact]
    public void NmiThatReturnsAtOnceLeavesNothingBehind()
    {
        var environment = Create(unit => unit.Label("asm_exc_nmi").Iretq());
        var trace = TraceRecorder.Record(environment, "asm_exc_nmi", StartState.Kernel);

        Assert.True(trace.Returned);
        Assert.Empty(trace.Differences);
        Assert.Equal(new TraceSummary(1, 0, 0, 5, 0, "returned to kernel mode"), trace.Summary);
        Assert.Equal([TraceStepKind.Event, TraceStepKind.Instruction], trace.Steps.Select(step => step.Kind));
        Assert.Equal(LaneChanges.Stack | LaneChanges.Interrupts, trace.Steps[0].Changes);
        Assert.Equal("NMI", trace.Steps[0].Lanes.Stack!.Name);
        Assert.Equal(40, trace.Steps[0].Lanes.Depth);
        Assert.Equal(LaneChanges.Stack | LaneChanges.Interrupts, trace.Steps[1].Changes);
        Assert.Equal("entry/test.S:1", trace.Steps[1].Source);
    }

    [Fact]
    public void LanesFollowSwapgsAndCr3()
    {
        var environment = Create(unit => unit
            .Label("asm_exc_nmi")
            .Swapgs()
            .Add("mov %cr3, %rax", ReadCr3)
            .Add("andq $~0x1800, %rax", (ref Cpu cpu) => Set(ref cpu, cpu.Rax & ~0x1800ul))
            .Add("bts $63, %rax", (ref Cpu cpu) => Set(ref cpu, cpu.Rax | 1ul << 63))
            .Add("mov %rax, %cr3", (ref Cpu cpu) => cpu.WriteControl(3, cpu.Rax))
            .Add("mov %cr3, %rax", ReadCr3)
            .Add("orq $0x1800, %rax", (ref Cpu cpu) => Set(ref cpu, cpu.Rax | 0x1800))
            .Add("mov %rax, %cr3", (ref Cpu cpu) => cpu.WriteControl(3, cpu.Rax))
            .Swapgs()
            .Iretq());
        var trace = TraceRecorder.Record(environment, "asm_exc_nmi");

        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Equal("returned to user mode", trace.Summary.Stop);
        Assert.Equal((10, 2, 1), (trace.Summary.Instructions, trace.Summary.Cr3Writes, trace.Summary.TlbFlushes));
        Assert.Equal([Reg.Rax], trace.Differences.Select(difference => difference.Register));

        var toKernel = trace.Steps[5];
        Assert.Equal(LaneChanges.Cr3, toKernel.Changes);
        Assert.Equal((false, 1), (toKernel.Lanes.UserHalf, toKernel.Lanes.Pcid));
        Assert.True(toKernel.Cr3Write!.Value.NoFlush);
        var toUser = trace.Steps[8];
        Assert.Equal((true, 2049), (toUser.Lanes.UserHalf, toUser.Lanes.Pcid));
        Assert.False(toUser.Cr3Write!.Value.NoFlush);
        var swaps = trace.Steps.Where(step => step.Changes.HasFlag(LaneChanges.Gs));
        Assert.Equal([GsOwner.Kernel, GsOwner.User], swaps.Select(step => step.Lanes.Gs));
    }

    [Fact]
    public void ACr3WriteOfTheSameValueIsAWriteWithoutAChange()
    {
        var environment = Create(unit => unit
            .Label("asm_exc_nmi")
            .Add("mov %cr3, %rax", ReadCr3)
            .Add("mov %rax, %cr3", (ref Cpu cpu) => cpu.WriteControl(3, cpu.Rax))
            .Iretq());
        var trace = TraceRecorder.Record(environment, "asm_exc_nmi", StartState.Kernel);
        Assert.Equal((1, 1), (trace.Summary.Cr3Writes, trace.Summary.TlbFlushes));
        Assert.True(trace.Steps[2].Cr3Write!.Value.SameValue);
        Assert.Equal(LaneChanges.None, trace.Steps[2].Changes);
    }

    [Fact]
    public void WordsAreFollowedThroughRegistersAndPushesOfMemory()
    {
        // From the NMI stack to the thread stack: one by a register, one by a push of memory; a push of a register that never was on a stack is none.
        var environment = Create(unit => unit
            .Label("asm_exc_nmi")
            .Push(Reg.R12)
            .Pop(Reg.R13)
            .Add("movq %rsp, %rbp", (ref Cpu cpu) => Into(ref cpu, Reg.Rbp, cpu.Rsp))
            .Add("movq thread, %rsp", (ref Cpu cpu) => Into(ref cpu, Reg.Rsp, new KernelLayout().Stack(StackKind.Thread).Top.Value))
            .Push(Reg.R13)
            .Add("pushq 24(%rbp)", (ref Cpu cpu) => cpu.Load64(cpu.Rbp + 24, out var value) && HandWrittenUnit.TryPush(ref cpu, value))
            .Push(Reg.R14)
            .Add("movq %r13, %r15", (ref Cpu cpu) => Into(ref cpu, Reg.R15, cpu.R13))
            .Push(Reg.R15)
            .Pop(Reg.R15)
            .Add("incq %r15", (ref Cpu cpu) => Into(ref cpu, Reg.R15, cpu.R15 + 1))
            .Push(Reg.R15)
            .Add("movq %rbp, %rsp", (ref Cpu cpu) => Into(ref cpu, Reg.Rsp, cpu.Rbp))
            .Iretq());
        var trace = TraceRecorder.Record(environment, "asm_exc_nmi", StartState.Kernel);

        Assert.Equal(["pushq %r13", "pushq 24(%rbp)", "pushq %r15"], trace.Steps.Where(step => step.CopiedWords > 0).Select(step => step.Text));
        Assert.Equal(3, trace.Summary.CopiedWords);
    }

    [Fact]
    public void WordsOfACFunctionCount()
    {
        var environment = Create(unit => unit
            .Label("asm_exc_page_fault")
            .Add("swapgs; to kernel", (ref Cpu cpu) => cpu.SwapGs() && cpu.WriteControl(3, cpu.Cr3 & ~0x1800ul | 1ul << 63))
            .Add("subq $120, %rsp", (ref Cpu cpu) => Into(ref cpu, Reg.Rsp, cpu.Rsp - 120))
            .Add("movq %rsp, %rdi", (ref Cpu cpu) => Into(ref cpu, Reg.Rdi, cpu.Rsp))
            .Call("sync_regs")
            .Add("ud2", (ref Cpu cpu) => cpu.Raise(Vectors.InvalidOpcode).Kind == StopKind.None));
        var trace = TraceRecorder.Record(environment, "asm_exc_page_fault", budget: 5);

        var call = Assert.Single(trace.Steps, step => step.Kind == TraceStepKind.Function);
        Assert.Equal("sync_regs", call.Text);
        Assert.Equal(PtRegs.Words, call.CopiedWords);
        Assert.Equal(4, trace.Summary.Instructions);
        Assert.Equal("the budget is used up", trace.Summary.Stop);
        Assert.Equal(1, trace.Summary.MemoryAccesses); // the CALL; a function's own accesses are not the entry code's
    }

    [Fact]
    public void AFaultIsDeliveredAndShownWithItsAddress()
    {
        var environment = Create(unit => unit
            .Label("asm_exc_nmi")
            .Add("movq 0x10, %rax", (ref Cpu cpu) => cpu.Load64(0x10, out _))
            .Label("asm_exc_page_fault")
            .Add("hlt", (ref Cpu cpu) => false));
        var trace = TraceRecorder.Record(environment, "asm_exc_nmi", StartState.Kernel, budget: 1);

        var fault = trace.Steps[^1];
        Assert.Equal(TraceStepKind.Event, fault.Kind);
        Assert.Equal("#PF at 0x10, error code 0x0 at asm_exc_nmi", fault.Text);
        Assert.Equal("asm_exc_page_fault", fault.Location);
        Assert.False(trace.Returned);
    }

    [Fact]
    public void AFaultWithoutAHandlerEndsTheRunByName()
    {
        var environment = Create(unit => unit.Label("asm_exc_nmi").Add("ud2", (ref Cpu cpu) => cpu.Raise(Vectors.InvalidOpcode).Kind == StopKind.None));
        var trace = TraceRecorder.Record(environment, "asm_exc_nmi", StartState.Kernel);
        Assert.False(trace.Returned);
        Assert.Equal("#UD, for which the unit has no handler", trace.Summary.Stop);
    }

    [Fact]
    public void ARoutineThatLeavesSomethingOnTheStackHasReturned()
    {
        var environment = Create(unit => unit.Label("helper").Add(
            "jmp *(%rsp)",
            (ref Cpu cpu) =>
            {
                var loaded = cpu.Load64(cpu.Rsp, out var target);
                cpu.Rip = target;
                return loaded;
            }));
        var trace = TraceRecorder.Record(environment, "helper", StartState.Kernel);
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Equal([Reg.Rsp], trace.Differences.Select(difference => difference.Register));
    }

    [Fact]
    public void TextHasTheLanesInFixedColumns()
    {
        var environment = Create(unit => unit.Label("asm_exc_nmi").Swapgs().Swapgs().Iretq());
        var writer = new StringWriter { NewLine = "\n" };
        TraceText.Write(writer, TraceRecorder.Record(environment, "asm_exc_nmi"));
        Assert.Equal(
            """
               #  CR3             GS      stack        IF  CPL source                instruction                                 macros
                  U 2049          user    user+256     1   3                         (asm_exc_nmi)
               1  U 2049          user    NMI+40*      0*  0*                        --- NMI in user code -> asm_exc_nmi
               2  U 2049          kernel* NMI+40       0   0   test.S:1              swapgs
               3  U 2049          user*   NMI+40       0   0   test.S:2              swapgs
               4  U 2049          user    user+256*    1*  3*  test.S:3              iretq

            instructions     3
            CR3 writes       0
            TLB flushes      0
            memory accesses  5
            copied words     0
            stop             returned to user mode

            """.ReplaceLineEndings("\n"),
            writer.ToString());
    }

    private static KernelEnvironment Create(Action<HandWrittenUnit> write)
    {
        var unit = new HandWrittenUnit().KernelVariables();
        write(unit);
        return KernelEnvironment.Create(unit.Build());
    }

    private static bool ReadCr3(ref Cpu cpu)
    {
        if (!cpu.ReadControl(3, out var value))
        {
            return false;
        }

        cpu.Rax = value;
        return true;
    }

    private static bool Set(ref Cpu cpu, ulong value)
    {
        cpu.Rax = value;
        return true;
    }

    private static bool Into(ref Cpu cpu, Reg register, ulong value)
    {
        System.Runtime.CompilerServices.Unsafe.Add(ref cpu.RegisterFile, (int)register) = value;
        return true;
    }
}
