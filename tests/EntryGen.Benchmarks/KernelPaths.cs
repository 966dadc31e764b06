using EntryGen.Asm;
using EntryGen.Kernel;
using EntryGen.OracleTests;
using EntryGen.Tool.Tracing;

namespace EntryGen.Benchmarks;

/// <summary>Entries of Linux 6.12 in the kernel environment, from the first instruction to the return; the C functions they call are the environment's models.</summary>
internal static class KernelPaths
{
    private const string Version = "6.12";
    private const int Runs = 20_000;

    /// <summary>One row for each path; none where the kernel tree is not there.</summary>
    public static IEnumerable<Row> Rows()
    {
        if (KernelTrees.Missing is { } reason)
        {
            Console.WriteLine("No kernel paths: " + reason);
            return [];
        }

        return [Create("system call", "entry_SYSCALL_64", StartState.User), Create("NMI from the kernel", "asm_exc_nmi", StartState.Kernel)];
    }

    private static Row Create(string name, string symbol, StartState start)
    {
        var listing = KernelTrees.Read(Version, "entry_64");
        var unit = new ProgramUnit("entry_64.S", listing, listing.PreprocessorMacros!);
        var program = ProgramBuilder.Build([unit], new ProgramOptions { EntrySymbols = [symbol] }).Program;
        var environment = KernelEnvironment.Create(CompiledUnit.Create(program, [KnownEntries.Resolve(symbol, EntryKind.Call)]).Unit);
        var machine = environment.Machine;
        _ = environment.Start(symbol, start);
        RunOnce(); // fills the TLB, as on a running system
        _ = environment.Start(symbol, start);
        var snapshot = machine.Snapshot();
        var budget = machine.Budget;
        RunOnce();
        var instructions = budget - machine.Budget;
        return new Row($"Run: Linux {Version} {name}, one of {instructions} instructions", () => InterleavedHarness.Time(Repeat, Runs) / instructions);

        void Repeat()
        {
            for (var i = 0; i < Runs; i++)
            {
                machine.Restore(snapshot);
                machine.Budget = budget;
                RunOnce();
            }
        }

        void RunOnce()
        {
            var cpu = machine.Cpu;
            var stop = environment.Unit.Run(ref cpu);
            if (stop.Kind != StopKind.Left)
            {
                throw new InvalidOperationException($"{symbol} ended with {stop} at {environment.Unit.Locate(cpu.Rip)}.");
            }
        }
    }
}
