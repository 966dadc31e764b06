using EntryGen.Emulation;
using EntryGen.Kernel;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Trace;

/// <summary>No path through the entries of both trees depends on a flag that an instruction leaves undefined.</summary>
public sealed class UndefinedFlagPathTests(ITestOutputHelper output)
{
    private const int Seeds = 3;

    // It pushes RFLAGS after the switch of CR3, which leaves the status flags undefined; user code gets them back so.
    private const string PushesUndefinedFlags = "entry_SYSENTER_compat";

    [KernelTheory]
    [InlineData("6.1", "")]
    [InlineData("6.12", "")]
    [InlineData("6.1", "PTI")]
    [InlineData("6.12", "PTI")]
    public void Runs_that_differ_in_undefined_flags_alone_end_alike(string version, string without)
    {
        var unit = KernelUnit.Of(version);
        var options = new KernelOptions { Features = KernelOptions.DefaultFeatures.Without(without.Split(',', StringSplitOptions.RemoveEmptyEntries)) };
        long paths = 0, stores = 0, shown = 0;
        foreach (var symbol in unit.Entries.Keys)
        {
            foreach (var start in StartStates.Of(symbol))
            {
                var plain = Run(unit, options, symbol, start, null);
                for (var seed = 0; seed < Seeds; seed++)
                {
                    var other = Run(unit, options, symbol, start, seed);
                    var what = $"{symbol} from {start.From}, CR3 {start.Cr3}, GS {start.Gs}, seed {seed}";
                    Assert.Equal((what, plain.Stop), (what, other.Stop));
                    Assert.Equal((what, plain.Stores.Count), (what, other.Stores.Count));
                    for (var i = 0; i < plain.Stores.Count; i++)
                    {
                        var (expected, actual) = (plain.Stores[i], other.Stores[i]);
                        if (symbol == PushesUndefinedFlags && ((expected.Value ^ actual.Value) & ~Flags.Status) == 0)
                        {
                            shown += expected.Value != actual.Value ? 1 : 0;
                            actual = expected;
                        }

                        Assert.Equal((what, i, expected), (what, i, actual));
                    }

                    for (var register = Reg.Rax; register < Reg.Count; register++)
                    {
                        var ignored = register == Reg.Rflags || (register == Reg.R11 && symbol == PushesUndefinedFlags) ? Flags.Status : 0;
                        Assert.Equal((what, register, plain.Registers[(int)register] & ~ignored), (what, register, other.Registers[(int)register] & ~ignored));
                    }

                    paths++;
                    stores += plain.Stores.Count;
                }
            }
        }

        Assert.True(without.Length > 0 || shown > 0, "SYSENTER no longer shows undefined flags to user code: take the exception out");
        output.Report("undefined flags scrambled on kernel paths", $"{version} without '{without}'", ("runs", paths), ("stores compared", stores));
    }

    private static (Stop Stop, IReadOnlyList<(ulong Address, int Size, ulong Value)> Stores, ulong[] Registers) Run(
        EntryUnit unit, KernelOptions options, string symbol, StartState start, int? seed)
    {
        var environment = KernelEnvironment.Create(unit, options);
        var recorder = new StoreRecorder();
        using var recorded = environment.Machine.Observe(recorder);
        using var scrambled = seed is { } value ? environment.Machine.ScrambleUndefinedFlags(unit, value) : null;
        var stop = environment.Start(symbol, start).Run();
        return (stop, recorder.Stores, [.. Enumerable.Range(0, (int)Reg.Count).Select(register => environment.Machine[(Reg)register])]);
    }

    private sealed class StoreRecorder : IMachineObserver
    {
        private readonly List<(ulong, int, ulong)> _stores = [];

        public IReadOnlyList<(ulong, int, ulong)> Stores => _stores;

        public ObservedEvents Events => ObservedEvents.Memory;

        public void Store(Machine machine, ulong address, int size, ulong value) => _stores.Add((address, size, value));
    }
}
