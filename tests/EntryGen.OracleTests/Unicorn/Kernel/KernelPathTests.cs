using EntryGen.Kernel;
using EntryGen.OracleTests.Trace;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Every path that the entries of both trees take, with the bytes of the object that GNU as made of them, against Unicorn.</summary>
public sealed class KernelPathTests(ITestOutputHelper output)
{
    private const string Mitigations = "KERNEL_IBRS,CLEAR_CPU_BUF,CLEAR_BHB_LOOP,UNRET,SRSO,CALL_DEPTH,FENCE_SWAPGS_USER,FENCE_SWAPGS_KERNEL";

    // Unicorn has no PCID: bit 63 of CR3 would be an address bit to it.
    [KernelUnicornTheory]
    [InlineData("6.1", "", "PCID")]
    [InlineData("6.12", "", "PCID")]
    [InlineData("6.1", "", "PCID,PTI")]
    [InlineData("6.12", "", "PCID,PTI")]
    [InlineData("6.1", "", "PCID,FSGSBASE,SMAP")]
    [InlineData("6.12", "", "PCID,FSGSBASE,SMAP")]
    [InlineData("6.1", Mitigations, "PCID")]
    [InlineData("6.12", Mitigations, "PCID")]
    public void The_bytes_of_GNU_as_end_in_the_same_state(string version, string with, string without)
    {
        var code = KernelCode.Of(version);
        var options = new KernelOptions { Features = KernelOptions.DefaultFeatures.With(with.Split(',', StringSplitOptions.RemoveEmptyEntries)).Without(without.Split(',')), MemorySize = 8 << 20 };
        using var lockstep = new KernelLockstep(code, KernelEnvironment.Create(code.Unit, options));
        var entries = 0;
        foreach (var symbol in code.Unit.Entries.Keys)
        {
            foreach (var start in StartStates.Of(symbol))
            {
                var difference = lockstep.Run(symbol, start);
                Assert.True(difference is null, $"{symbol} from {start.From}, CR3 {start.Cr3}, GS {start.Gs}: {difference}");
                entries++;
            }
        }

        output.Report(
            "kernel paths against Unicorn", $"{version}{(with.Length == 0 ? "" : " with mitigations")} without {without}", ("entries run", entries), ("straight paths", lockstep.StraightPaths),
            ("instructions compared", lockstep.Compared), ("different instructions", lockstep.Covered.Count), ("instructions run alone", lockstep.Alone));
        Assert.True(lockstep.Compared > 3 * lockstep.Alone && lockstep.StraightPaths > entries);
    }
}
