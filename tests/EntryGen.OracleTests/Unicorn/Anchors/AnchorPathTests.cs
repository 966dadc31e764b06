using EntryGen.Emulation;
using Xunit.Abstractions;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>The paths that speed is measured on, with the same bytes against Unicorn: after each instruction, at the end in full, and in both forms of generated code.</summary>
public sealed class AnchorPathTests(ITestOutputHelper output)
{
    private const int Rounds = 3, States = 50;

    [AnchorTheory]
    [InlineData("sim_loop", true, 90)]
    [InlineData("nmi_sim_loop", false, 75)]
    [InlineData("nmi_simu_loop", true, 88)]
    public void Both_judges_end_in_the_same_state(string loop, bool fromUser, int instructions)
    {
        var code = AnchorCode.Value;
        var guest = new AnchorGuest(code);
        var (random, compared) = (new Random(20), 0L);
        for (var state = 0; state < States; state++)
        {
            var isFlushPending = state % 2 == 1;
            guest.Enter(code.Unit.AddressOf(loop), random, fromUser, isFlushPending, Rounds);
            var start = guest.Machine.Snapshot();
            using var lockstep = new AnchorLockstep(code, guest);
            var difference = lockstep.Run(out var stop);
            Assert.True(difference is null, $"state {state}: {difference}");
            Assert.True(stop.Kind is StopKind.Halted or StopKind.Unmodelled, stop.ToString());
            Assert.True(isFlushPending || lockstep.Compared / Rounds == instructions, $"{lockstep.Compared} instructions");
            compared += lockstep.Compared;
            RunsTheSame(guest.Machine, code.Unit, start, stop);
        }

        output.Report("anchor paths against Unicorn", loop, ("paths", States * Rounds), ("instructions compared", compared));
    }

    // What the steps led to, blocks lead to.
    private static void RunsTheSame(Machine machine, EntryUnit unit, MachineSnapshot start, Stop stop)
    {
        var codec = new MachineStateCodec(machine, start);
        var byStep = codec.Encode().ToArray();
        machine.Restore(start);
        Assert.Equal(stop, machine.Run(unit));
        Assert.Equal(byStep, codec.Encode().ToArray());
    }
}
