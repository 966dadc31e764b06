using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.OracleTests.Trace;

/// <summary>Indirect-branch tracking on the entries of kernel trees: 6.12 is built for it and has ENDBR64 wherever control comes by itself, 6.1 as configured has none.</summary>
public sealed class IndirectBranchTests
{
    private static readonly KernelOptions _tracked = new() { Features = KernelOptions.DefaultFeatures.With("IBT") };

    [KernelFact]
    public void Every_entry_of_a_kernel_built_for_tracking_takes_it()
    {
        var unit = KernelUnit.Of("6.12");
        foreach (var symbol in unit.Entries.Keys)
        {
            foreach (var start in StartStates.Of(symbol))
            {
                var label = $"{symbol} from {start.From}, CR3 {start.Cr3}, GS {start.Gs}";
                var trace = TraceRecorder.Record(KernelEnvironment.Create(unit, _tracked), symbol, start);
                Assert.True(trace.Returned, $"{label}: {trace.Summary.Stop}");
                Assert.DoesNotContain(trace.Steps.Skip(1), step => step.Kind == TraceStepKind.Event && step.Text.StartsWith("#CP", StringComparison.Ordinal));

                // The other form of execution ends in the same state, and nothing waits.
                var quick = KernelEnvironment.Create(unit, _tracked);
                Assert.Equal((label, default(Stop)), (label, quick.Start(symbol, start).Run()));
                Assert.Equal((label, CetBits.EndbranchEnable), (label, quick.Machine[Reg.SCet]));
            }
        }
    }

    [KernelFact]
    public void A_kernel_that_is_not_built_for_tracking_faults_at_its_first_instruction()
    {
        var environment = KernelEnvironment.Create(KernelUnit.Of("6.1"), _tracked);
        var activation = environment.Start("asm_exc_nmi", StartState.Kernel);
        var entry = environment.Unit.Entries["asm_exc_nmi"].Address;
        Assert.Equal(entry, environment.Machine[Reg.Rip]);
        var cpu = environment.Machine.Cpu;
        Assert.Equal(new Stop(StopKind.Fault, Vectors.ControlProtection, 3), environment.Unit.Run(ref cpu));
        Assert.False(activation.HasReturned);
    }
}
