using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.OracleTests.Trace;

/// <summary>The paths that are hard to reach on a real machine: a final IRETQ that faults, an NMI inside an NMI, a #VC that leaves its stack.</summary>
public sealed class HardPathTests
{
    private const ushort NoSuchSegment = 0x6b;

    /// <summary>
    /// C code left a CS that IRETQ refuses: #GP at the IRETQ with the user's GS and CR3, which the kernel turns into a #GP of the user program.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1", true)]
    [InlineData("6.12", true)]
    [InlineData("6.1", false)]
    [InlineData("6.12", false)]
    public void A_fault_of_the_final_iretq_becomes_the_users(string version, bool pti)
    {
        var faults = 0;
        var functions = new Dictionary<string, CFunction>
        {
            ["exc_page_fault"] = (ref Cpu cpu) => cpu.Write<ulong>(cpu.Rdi + PtRegs.Cs, NoSuchSegment),
            ["exc_general_protection"] = (ref Cpu cpu) =>
            {
                faults++;
                Assert.Equal(NoSuchSegment, cpu.Read<ulong>(cpu.Rdi + PtRegs.Cs));
                cpu.Write<ulong>(cpu.Rdi + PtRegs.Cs, Selectors.UserCode);
            },
        };
        var features = pti ? KernelOptions.DefaultFeatures : KernelOptions.DefaultFeatures.Without("PTI");
        var environment = KernelEnvironment.Create(KernelUnit.Of(version), new KernelOptions { Features = features, Functions = functions });
        var trace = TraceRecorder.Record(environment, "asm_exc_page_fault");

        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Empty(trace.Differences);
        Assert.Equal(1, faults);
        Assert.Equal(pti ? 4 : 0, trace.Summary.Cr3Writes);
        Assert.Contains(trace.Steps, step => step is { Kind: TraceStepKind.Function, Text: "fixup_bad_iret" });

        // On 6.1, and with isolation on 6.12, the IRETQ was on the entry stack; the fault came on top of its frame.
        var fault = Assert.Single(trace.Steps, step => step.Kind == TraceStepKind.Event && step.Text.StartsWith("#GP", StringComparison.Ordinal));
        Assert.EndsWith("native_irq_return_iret", fault.Text, StringComparison.Ordinal);
        Assert.Equal(pti, fault.Lanes.UserHalf);
        Assert.Equal(GsOwner.User, fault.Lanes.Gs);
    }

    /// <summary>
    /// An NMI that hits after the C handler let NMIs in again (the IRET of a breakpoint in it does) must not destroy the first one's frame, whichever
    /// instruction it
    /// interrupts: the first is repeated or has just ended, and what it interrupted goes on unchanged.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_nested_nmi_repeats_the_first(string version)
    {
        var calls = 0;
        var options = new KernelOptions { Functions = new Dictionary<string, CFunction> { ["exc_nmi"] = (ref Cpu cpu) => calls++ } };
        var environment = KernelEnvironment.Create(KernelUnit.Of(version), options);
        var machine = environment.Machine;
        foreach (var start in new[] { StartState.Kernel, StartState.Kernel with { Cr3 = Side.User, Gs = Side.User } })
        {
            var injected = 0;
            for (var boundary = 0; ; boundary++)
            {
                calls = 0;
                var activation = environment.Start("asm_exc_nmi", start);
                while (calls == 0)
                {
                    Assert.Equal(StopKind.None, machine.Step(environment.Unit).Kind);
                }

                for (var step = 0; step < boundary && !activation.HasReturned; step++)
                {
                    Assert.Equal(StopKind.None, machine.Step(environment.Unit).Kind);
                }

                if (activation.HasReturned)
                {
                    break;
                }

                machine[Reg.EventState] &= ~EventBits.NmiBlocked;
                Assert.Equal(StopKind.None, machine.DeliverNmi().Kind);
                Assert.Equal(default, activation.Run());
                injected++;
                Assert.Equal((boundary, 2), (boundary, calls));
                for (var register = Reg.Rax; register < Reg.Count; register++)
                {
                    Assert.Equal((boundary, register, activation.Interrupted(register)), (boundary, register, machine[register]));
                }
            }

            Assert.InRange(injected, 20, 60);
        }
    }

    /// <summary>
    /// #VC from kernel code gives its IST stack free for a nested one: the handler runs on the stack that was interrupted, or on VC2 from the entry stack.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1", false, StackKind.Thread)]
    [InlineData("6.12", false, StackKind.Thread)]
    [InlineData("6.1", true, StackKind.VmmFallback)]
    [InlineData("6.12", true, StackKind.VmmFallback)]
    public void Vc_leaves_its_stack(string version, bool window, StackKind stack)
    {
        var environment = KernelEnvironment.Create(KernelUnit.Of(version));
        var trace = TraceRecorder.Record(environment, "asm_exc_vmm_communication", window ? StartState.Kernel with { Cr3 = Side.User } : StartState.Kernel);
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Empty(trace.Differences);
        Assert.Equal(stack, Assert.Single(trace.Steps, step => step.Text == "kernel_exc_vmm_communication").Lanes.Stack!.Kind);
        Assert.Equal(PtRegs.Words, Assert.Single(trace.Steps, step => step.Text == "vc_switch_off_ist").CopiedWords);
    }

    /// <summary>
    /// A return to a 16-bit stack leaves bits 31:16 of RSP: the frame is copied to the espfix stack, through the alias whose address has the user's bits
    /// there. That costs
    /// two further writes of CR3 under isolation.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1", true, 4)]
    [InlineData("6.12", true, 4)]
    [InlineData("6.1", false, 0)]
    [InlineData("6.12", false, 0)]
    public void A_return_to_a_16_bit_stack_goes_through_espfix(string version, bool pti, int cr3Writes)
    {
        var features = pti ? KernelOptions.DefaultFeatures : KernelOptions.DefaultFeatures.Without("PTI");
        var environment = KernelEnvironment.Create(KernelUnit.Of(version), new KernelOptions { Features = features });
        var trace = TraceRecorder.Record(environment, "asm_exc_page_fault", StartState.User with { On16BitStack = true });
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Empty(trace.Differences);
        Assert.Equal(cr3Writes, trace.Summary.Cr3Writes);
        Assert.Equal((ulong)Selectors.UserStack16, environment.Machine[Reg.Ss]);

        // From the switch of stacks on nothing is pushed: the alias is read-only.
        var onEspfix = trace.Steps.SkipWhile(step => step.Lanes.Stack?.Kind != StackKind.Espfix).ToList();
        Assert.Equal("iretq", onEspfix[^1].Text);
        Assert.All(onEspfix.SkipLast(1), step => Assert.Equal(StackKind.Espfix, step.Lanes.Stack!.Kind));
    }

    /// <summary>
    /// The operand of VERW lies in entry.S, which need not be among the files that are read: it is read with the user's CR3 live, so it must be mapped there.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Verw_reads_its_operand_in_the_user_half(string version)
    {
        var options = new KernelOptions { Features = KernelOptions.DefaultFeatures.With("CLEAR_CPU_BUF") };
        var environment = KernelEnvironment.Create(KernelUnit.Alone(version, "entry_SYSCALL_64"), options);
        var trace = TraceRecorder.Record(environment, "entry_SYSCALL_64");
        Assert.True(trace.Returned, trace.Summary.Stop);
        var verw = Assert.Single(trace.Steps, step => step.Text.StartsWith("verw", StringComparison.Ordinal));
        Assert.True(verw.Lanes.UserHalf);
        Assert.Equal(ExternalKind.Data, environment.Unit.Externals["x86_verw_sel"].Kind);
    }

    /// <summary>A selector that GS cannot hold faults between two SWAPGS: the exception table leads to code that loads null instead.</summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_bad_GS_selector_is_fixed_up_by_the_exception_table(string version)
    {
        var environment = KernelEnvironment.Create(KernelUnit.Only(version, "asm_load_gs_index", "asm_exc_general_protection"));
        var machine = environment.Machine;
        var activation = environment.Start("asm_load_gs_index", StartState.Kernel);
        machine[Reg.Rdi] = NoSuchSegment;
        var deliveries = 0;
        using (machine.Observe(new Deliveries(() => deliveries++)))
        {
            for (var steps = 0; !activation.HasReturned && steps < 500; steps++)
            {
                Assert.Equal(StopKind.None, machine.Step(environment.Unit).Kind);
            }
        }

        Assert.True(activation.HasReturned);
        Assert.Equal(1, deliveries);
        Assert.Equal(0UL, machine[Reg.Gs]);
        Assert.Equal(environment.Layout.PerCpuBase.Value, machine[Reg.GsBase]);
    }

    private sealed class Deliveries(Action delivered) : IMachineObserver
    {
        public void Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress) => delivered();
    }

    /// <summary>CLAC is written as bytes in both trees; a trace says what they are.</summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void Instructions_written_as_bytes_have_their_names(string version)
    {
        var trace = TraceRecorder.Record(KernelEnvironment.Create(KernelUnit.Of(version)), "asm_exc_nmi");
        Assert.Single(trace.Steps, step => step.Text == "clac (.byte 0x0f,0x01,0xca)");
        Assert.DoesNotContain(trace.Steps, step => step.Text.StartsWith('.'));
    }

    /// <summary>
    /// An exception that must not happen there: entry code does not switch CR3 for it, so C is called on the user's page tables. The run shows the faults
    /// one on another and ends.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_page_fault_in_the_window_is_fatal_and_ends(string version)
    {
        var environment = KernelEnvironment.Create(KernelUnit.Of(version));
        var trace = TraceRecorder.Record(environment, "asm_exc_page_fault", StartState.Kernel with { Cr3 = Side.User }, budget: 5000);
        Assert.False(trace.Returned);
        Assert.Contains(trace.Steps, step => step.Text.Contains("error code 0x10 at exc_page_fault", StringComparison.Ordinal));
        Assert.Contains(trace.Steps, step => step.Text.StartsWith("#DF", StringComparison.Ordinal));
    }

    /// <summary>With the thread stack's pt_regs changed by C code, 6.1 sees by itself that SYSRET will not do; 6.12 is told by the C function.</summary>
    [KernelTheory]
    [InlineData("6.1")]
    [InlineData("6.12")]
    public void A_system_call_that_changed_its_return_address_goes_back_by_iret(string version)
    {
        CFunction function = (ref Cpu cpu) =>
        {
            cpu.Write(cpu.Rdi + PtRegs.Rip, cpu.Read<ulong>(cpu.Rdi + PtRegs.Rip) + 0x10);
            cpu.PoisonCallerSaved();
            cpu.Rax = 0;
        };
        var options = new KernelOptions { Functions = new Dictionary<string, CFunction> { ["do_syscall_64"] = function } };
        var trace = TraceRecorder.Record(KernelEnvironment.Create(KernelUnit.Of(version), options), "entry_SYSCALL_64");
        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Equal("iretq", trace.Steps[^1].Text);
        var rip = Assert.Single(trace.Differences, difference => difference.Register == Reg.Rip);
        Assert.Equal(0x10ul, rip.After - rip.Before);
    }
}
