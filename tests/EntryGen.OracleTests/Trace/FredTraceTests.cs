using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.OracleTests.Trace;

/// <summary>FRED's entry points of 6.12 from delivery to return, in both forms of execution.</summary>
public sealed class FredTraceTests
{
    private const string User = "asm_fred_entrypoint_user", Kernel = "asm_fred_entrypoint_kernel";

    private static readonly Lazy<EntryUnit> _unit = new(() => KernelUnit.Fred("6.12"));

    private static KernelOptions Options(params (string Name, CFunction Model)[] functions) => new()
    {
        Features = new FeatureSet("FRED", "LKGS", "FSGSBASE", "SMAP", "SMEP", "IBT"),
        Functions = functions.ToDictionary(function => function.Name, function => function.Model),
    };

    [KernelFact]
    public void The_entry_points_stand_where_events_are_delivered_to()
    {
        var unit = _unit.Value;
        Assert.Equal(0UL, unit.Entries[User].Address & 0xFFF);
        Assert.Equal(unit.Entries[User].Address + 256, unit.Entries[Kernel].Address);

        // What stands between them is the code of the first, in order, and room.
        var between = unit.Instructions.Values.Where(instruction => instruction.Address - unit.Entries[User].Address < 256).OrderBy(instruction => instruction.Address).ToList();
        Assert.StartsWith("eretu", between[^1].Text, StringComparison.Ordinal);
        Assert.StartsWith("call", between.First(instruction => instruction.Text.StartsWith("call", StringComparison.Ordinal)).Text, StringComparison.Ordinal);
        Assert.True(between.Count > 40);
    }

    public static TheoryData<string, int?> Events
    {
        get
        {
            var data = new TheoryData<string, int?>();
            foreach (var entry in new[] { User, Kernel })
            {
                foreach (var vector in new int?[] { null, Vectors.Debug, Vectors.Nmi, Vectors.Breakpoint, Vectors.InvalidOpcode, Vectors.DoubleFault, Vectors.GeneralProtection, Vectors.PageFault, Vectors.MachineCheck, 0x80, 0xec })
                {
                    // A double fault is not returned from: from user mode it is on level 3, from which ERETU leads nowhere.
                    if (entry != User || vector != Vectors.DoubleFault)
                    {
                        data.Add(entry, vector);
                    }
                }
            }

            return data;
        }
    }

    [KernelTheory]
    [MemberData(nameof(Events))]
    public void What_was_interrupted_goes_on_unchanged(string symbol, int? vector)
    {
        var start = (symbol == User ? StartState.User : StartState.Kernel) with { Vector = (byte?)vector };
        var environment = KernelEnvironment.Create(_unit.Value, Options());
        var trace = TraceRecorder.Record(environment, symbol, start);
        Assert.True(trace.Returned, trace.Summary.Stop);

        // A system call has a result; #MC has left its mark, which the handler clears that is not run here.
        var isCall = symbol == User && vector is null or 0x80;
        Assert.Equal(isCall ? "Rax" : vector == Vectors.MachineCheck ? "EventState" : "", string.Join(' ', trace.Differences.Select(difference => difference.Register)));
        Assert.Equal((0, 0), (trace.Summary.Cr3Writes, trace.Summary.TlbFlushes));
        Assert.All(trace.Steps.Where(step => step.Lanes.Cpl == 0), step => Assert.Equal(GsOwner.Kernel, step.Lanes.Gs));

        var quick = KernelEnvironment.Create(_unit.Value, Options());
        Assert.Equal(default, quick.Start(symbol, start).Run());
        for (var register = Reg.Rax; register < Reg.Count; register++)
        {
            Assert.Equal((register, environment.Machine[register]), (register, quick.Machine[register]));
        }
    }

    [KernelTheory]
    [InlineData(Vectors.Debug, StackKind.Debug)]
    [InlineData(Vectors.Nmi, StackKind.Nmi)]
    [InlineData(Vectors.MachineCheck, StackKind.Nmi)]
    [InlineData(Vectors.DoubleFault, StackKind.DoubleFault)]
    [InlineData(Vectors.PageFault, StackKind.Thread)]
    public void An_event_in_the_kernel_takes_the_stack_of_its_level(byte vector, StackKind stack)
    {
        var environment = KernelEnvironment.Create(_unit.Value, Options());
        Assert.Equal(default, environment.Start(Kernel, StartState.Kernel with { Vector = vector }).Delivery);
        Assert.Equal(stack, environment.Stacks.OfPointer(environment.Machine[Reg.Rsp])!.Kind);
        Assert.Equal(_unit.Value.Entries[Kernel].Address, environment.Machine[Reg.Rip]);
    }

    // C code left a frame that ERETU refuses: the fault comes in by the kernel's entry point, which passes it on to the user's, and there it is the user program's #GP.
    [KernelFact]
    public void A_fault_of_the_final_ERETU_becomes_the_users()
    {
        var events = new List<ulong>();
        var environment = KernelEnvironment.Create(_unit.Value, Options(("fred_entry_from_user", (ref Cpu cpu) =>
        {
            events.Add(cpu.Read<ulong>(cpu.Rdi + PtRegs.Ss) >> 32 & 0xFF);
            cpu.Write(cpu.Rdi + PtRegs.Rip, events.Count == 1 ? 1UL << 62 : 0x40_1000UL);
            cpu.PoisonCallerSaved();
        }
        )));
        var trace = TraceRecorder.Record(environment, User, StartState.User with { Vector = Vectors.PageFault });
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Equal([Vectors.PageFault, Vectors.GeneralProtection], events.Select(vector => (byte)vector));
        Assert.Equal(0x40_1000UL, environment.Machine[Reg.Rip]);
        Assert.Contains(trace.Steps, step => step is { Kind: TraceStepKind.Function, Text: "fred_entry_from_kernel" });

        // One fault, from ERETU; the second time the user's entry was begun anew. Nothing but RIP is different for the program.
        var fault = Assert.Single(trace.Steps, step => step.Kind == TraceStepKind.Event && step.Text.StartsWith("#GP", StringComparison.Ordinal));
        Assert.Equal(2, trace.Steps.Count(step => step.Kind == TraceStepKind.Instruction && step.Address == _unit.Value.Entries[User].Address));
        Assert.Equal(Reg.Rip, Assert.Single(trace.Differences).Register);
        Assert.True(fault.Number > 40);

        var quick = KernelEnvironment.Create(_unit.Value, Options());
        Assert.Equal(default, quick.Start(User, StartState.User with { Vector = Vectors.PageFault }).Run());
    }

    // An NMI whose return ERETU refuses: the event that reports it lets NMIs in again.
    [KernelFact]
    public void A_refused_return_from_an_NMI_unblocks_NMIs_with_the_fault()
    {
        var calls = 0;
        var environment = KernelEnvironment.Create(_unit.Value, Options(("fred_entry_from_user", (ref Cpu cpu) =>
        {
            calls++;
            Assert.Equal(calls == 1 ? EventBits.NmiBlocked : 0, cpu.EventState & EventBits.NmiBlocked);
            cpu.Write(cpu.Rdi + PtRegs.Rip, calls == 1 ? 1UL << 62 : 0x40_1000UL);
            cpu.PoisonCallerSaved();
        }
        )));
        var trace = TraceRecorder.Record(environment, User, StartState.User with { Vector = Vectors.Nmi });
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Equal(2, calls);
    }

    // Whichever instruction of either entry point an NMI interrupts, both returns come back to where they were.
    [KernelFact]
    public void An_NMI_at_every_boundary_comes_back()
    {
        foreach (var (symbol, start) in new[] { (User, StartState.User), (User, StartState.User with { Vector = Vectors.PageFault }), (Kernel, StartState.Kernel) })
        {
            var environment = KernelEnvironment.Create(_unit.Value, Options());
            var boundary = 0;
            var isOver = false;
            for (; !isOver; boundary++)
            {
                environment.Reset();
                var activation = environment.Start(symbol, start);
                for (var step = 0; step < boundary && !activation.HasReturned; step++)
                {
                    Assert.Equal(StopKind.None, environment.Machine.Step(environment.Unit).Kind);
                }

                isOver = activation.HasReturned;
                if (!isOver)
                {
                    Assert.Equal(default, environment.Machine.DeliverNmi());
                    Assert.Equal(default, activation.Run());
                    Assert.Equal(activation.ResumeAddress.Value, environment.Machine[Reg.Rip]);
                    Assert.Equal(activation.ResumeStackPointer, environment.Machine[Reg.Rsp]);
                    Assert.Equal(0UL, environment.Machine[Reg.EventState] & EventBits.NmiBlocked);
                }
            }

            Assert.True(boundary > 40);
        }
    }
}
