using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.OracleTests.Trace;

/// <summary>What entries cost in CR3 writes, flushes and copied words, against what the source says.</summary>
public sealed class CountTests
{
    // From user code an entry and its exit write CR3 once each. From the kernel 6.1 writes back the kernel CR3 that it saved; 6.12 does not.
    // Copied words: sync_regs moves pt_regs, 21. The exit by IRET copies the frame and RDI, and spills RAX around the CR3 write: 7. That by SYSRET copies
    // RSP and
    // RDI and spills RAX: 3. The NMI from user code copies its frame and RDX: 6. Without isolation 6.12 returns from the thread stack; 6.1 leaves out the
    // CR3 write only.
    [KernelTheory]
    [InlineData("6.1", "entry_SYSCALL_64", "user", true, 2, 3)]
    [InlineData("6.12", "entry_SYSCALL_64", "user", true, 2, 3)]
    [InlineData("6.1", "entry_SYSCALL_64", "user", false, 0, 3)]
    [InlineData("6.12", "entry_SYSCALL_64", "user", false, 0, 2)]
    [InlineData("6.1", "asm_exc_page_fault", "user", true, 2, 28)]
    [InlineData("6.12", "asm_exc_page_fault", "user", true, 2, 28)]
    [InlineData("6.1", "asm_exc_page_fault", "user", false, 0, 28)]
    [InlineData("6.12", "asm_exc_page_fault", "user", false, 0, 21)]
    [InlineData("6.1", "asm_exc_page_fault", "kernel", true, 0, 0)]
    [InlineData("6.12", "asm_exc_page_fault", "kernel", true, 0, 0)]
    [InlineData("6.1", "asm_exc_nmi", "user", true, 2, 13)]
    [InlineData("6.12", "asm_exc_nmi", "user", true, 2, 13)]
    [InlineData("6.12", "asm_exc_nmi", "user", false, 0, 6)]
    [InlineData("6.1", "asm_exc_nmi", "kernel", true, 1, 0)]
    [InlineData("6.12", "asm_exc_nmi", "kernel", true, 0, 0)]
    [InlineData("6.1", "asm_exc_nmi", "window", true, 2, 0)]
    [InlineData("6.12", "asm_exc_nmi", "window", true, 2, 0)]
    [InlineData("6.1", "asm_exc_nmi", "window", false, 0, 0)]
    [InlineData("6.1", "asm_exc_machine_check", "kernel", true, 1, 0)]
    [InlineData("6.12", "asm_exc_machine_check", "kernel", true, 0, 0)]
    [InlineData("6.1", "asm_exc_machine_check", "window", true, 2, 0)]
    [InlineData("6.12", "asm_exc_machine_check", "window", true, 2, 0)]
    [InlineData("6.1", "asm_exc_machine_check", "user", true, 2, 28)]
    public void Cr3_writes_and_copied_words(string version, string symbol, string from, bool pti, int cr3Writes, int copiedWords)
    {
        foreach (var pcid in new[] { true, false })
        {
            var features = KernelOptions.DefaultFeatures.Without(pti ? [] : ["PTI"]).Without(pcid ? [] : ["PCID"]);
            var environment = KernelEnvironment.Create(KernelUnit.Of(version), new KernelOptions { Features = features });
            var trace = TraceRecorder.Record(environment, symbol, Start(from));

            Assert.True(trace.Returned, trace.Summary.Stop);
            Assert.Equal((cr3Writes, copiedWords), (trace.Summary.Cr3Writes, trace.Summary.CopiedWords));

            // With PCIDs nothing is flushed unless a flush is pending; without, every write flushes.
            Assert.Equal(pcid ? 0 : cr3Writes, trace.Summary.TlbFlushes);
            Assert.Equal(trace.Summary.Instructions, trace.Steps.LongCount(step => step.Kind == TraceStepKind.Instruction));
        }
    }

    /// <summary>
    /// The bit of the mask makes the next switch to the user PCID flush, and is cleared with it; a return to the kernel half leaves it for later.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1", "entry_SYSCALL_64", "user", true)]
    [InlineData("6.12", "entry_SYSCALL_64", "user", true)]
    [InlineData("6.1", "asm_exc_page_fault", "user", true)]
    [InlineData("6.12", "asm_exc_page_fault", "user", true)]
    [InlineData("6.1", "asm_exc_nmi", "window", true)]
    [InlineData("6.12", "asm_exc_nmi", "window", true)]
    [InlineData("6.1", "asm_exc_nmi", "kernel", false)]
    [InlineData("6.12", "asm_exc_nmi", "kernel", false)]
    public void Pending_flush_of_the_user_pcid(string version, string symbol, string from, bool flushed)
    {
        var options = new KernelOptions { Asid = 2, UserFlushPending = true };
        var environment = KernelEnvironment.Create(KernelUnit.Of(version), options);
        var trace = TraceRecorder.Record(environment, symbol, Start(from));

        Assert.True(trace.Returned, trace.Summary.Stop);
        Assert.Equal(flushed ? 1 : 0, trace.Summary.TlbFlushes);
        Assert.Equal(flushed ? 0 : 1 << 3, FlushMask(environment));
        if (flushed)
        {
            var write = Assert.Single(trace.Steps, step => step.Cr3Write is { NoFlush: false });
            Assert.Equal((true, 3 + 2048), (write.Lanes.UserHalf, write.Lanes.Pcid));
        }
    }

    /// <summary>The write that commit bb998361999e removed: same value, no flush, nothing but cost.</summary>
    [KernelFact]
    public void Nmi_return_to_the_kernel_half_writes_cr3_in_6_1_only()
    {
        var older = TraceRecorder.Record(KernelEnvironment.Create(KernelUnit.Of("6.1")), "asm_exc_nmi", StartState.Kernel);
        var write = Assert.Single(older.Steps, step => step.Cr3Write is not null);
        Assert.True(write.Cr3Write is { SameValue: true, NoFlush: true });
        Assert.Equal(["RESTORE_CR3"], write.MacroStack.Select(macro => macro.Split('@')[0]));

        var newer = TraceRecorder.Record(KernelEnvironment.Create(KernelUnit.Of("6.12")), "asm_exc_nmi", StartState.Kernel);
        Assert.DoesNotContain(newer.Steps, step => step.Cr3Write is not null);
    }

    /// <summary>
    /// The order that the paranoid path keeps: CR3 before GS on the way in and on the way out; SYSCALL and exceptions from user code swap GS first and
    /// last.
    /// </summary>
    [KernelTheory]
    [InlineData("6.1", "asm_exc_machine_check", "window", "Cr3 Gs Cr3 Gs")]
    [InlineData("6.12", "asm_exc_machine_check", "window", "Cr3 Gs Cr3 Gs")]
    [InlineData("6.1", "entry_SYSCALL_64", "user", "Gs Cr3 Cr3 Gs")]
    [InlineData("6.12", "entry_SYSCALL_64", "user", "Gs Cr3 Cr3 Gs")]
    [InlineData("6.12", "asm_exc_page_fault", "user", "Gs Cr3 Cr3 Gs")]
    [InlineData("6.12", "asm_exc_nmi", "user", "Gs Cr3 Cr3 Gs")]
    public void Order_of_cr3_and_gs(string version, string symbol, string from, string order)
    {
        var start = Start(from) with { Gs = from == "window" ? Side.User : null };
        var trace = TraceRecorder.Record(KernelEnvironment.Create(KernelUnit.Of(version)), symbol, start);
        var changes = trace.Steps.Select(step => step.Changes & (LaneChanges.Cr3 | LaneChanges.Gs)).Where(change => change != LaneChanges.None);
        Assert.Equal(order, string.Join(' ', changes));
    }

    private static StartState Start(string from) => from switch
    {
        "user" => StartState.User,
        "kernel" => StartState.Kernel,
        _ => StartState.Kernel with { Cr3 = Side.User },
    };

    private static int FlushMask(KernelEnvironment environment)
    {
        var unit = environment.Unit;
        var address = unit.Externals["cpu_tlbstate"].Address + (ulong)unit.Constants["TLB_STATE_user_pcid_flush_mask"];
        return environment.Machine.Peek<ushort>(environment.Layout.PerCpuBase + (long)address);
    }
}
