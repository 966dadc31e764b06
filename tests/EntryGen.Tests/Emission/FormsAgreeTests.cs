using EntryGen.Emulation;

namespace EntryGen.Tests.Emission;

/// <summary>Run and Step are one meaning: from the same state they end in the same one, wherever they are stopped and whatever memory does.</summary>
public class FormsAgreeTests
{
    private const int Programs = 24;
    private const int States = 24;
    private const int Length = 40;

    [Fact]
    public void On_random_programs_and_states()
    {
        var random = new Random(20240501);
        var code = EmulatedUnit.OfSnippets(Enumerable.Range(0, Programs).Select(_ => new RandomProgram(random).Write(Length)));
        var stops = new Dictionary<StopKind, int>();
        var run = new Guest(code.Unit);
        var step = new Guest(code.Unit);
        var start = (Run: run.Machine.Snapshot(), Step: step.Machine.Snapshot());
        for (var test = 0; test < Programs * States; test++)
        {
            run.Machine.Restore(start.Run);
            step.Machine.Restore(start.Step);
            var seed = random.Next();
            Prepare(run, code, test % Programs, seed);
            Prepare(step, code, test % Programs, seed);

            var expected = code.RunBySteps(step);
            var actual = code.Run(run);
            stops[expected.Kind] = stops.GetValueOrDefault(expected.Kind) + 1;
            AssertSame($"program {test % Programs}, seed {seed}", step, expected, run, actual);
        }

        // Not all of one kind, or the test says little.
        Assert.True(stops[StopKind.Fault] > 20 && stops[StopKind.Halted] > 20 && stops[StopKind.Budget] > 20, string.Join(", ", stops));
    }

    /// <summary>Both guests are in the same state, in every register and every byte.</summary>
    internal static void AssertSame(string what, Guest expected, Stop expectedStop, Guest actual, Stop actualStop)
    {
        Assert.True(expectedStop == actualStop, $"{what}: stopped by {actualStop}, expected {expectedStop}");
        Assert.True(expected.Machine.Budget == actual.Machine.Budget, $"{what}: budget {actual.Machine.Budget}, expected {expected.Machine.Budget}");
        var (want, got) = (expected.Registers(), actual.Registers());
        for (var register = 0; register < want.Length; register++)
        {
            Assert.True(want[register] == got[register], $"{what}: {(Reg)register} is {got[register]:x}, expected {want[register]:x}; {expectedStop}");
        }

        Assert.True(expected.Memory().AsSpan().SequenceEqual(actual.Memory()), $"{what}: memory differs; {expectedStop}");
    }

    private static void Prepare(Guest guest, EmulatedUnit code, int program, int seed)
    {
        var random = new Random(seed);
        guest.Scramble(random);
        guest[Reg.Rip] = code["s" + program];

        // In the middle of the stack, or where a push or a window meets a page border or the end.
        guest[Reg.Rsp] = random.Next(4) switch
        {
            0 => Guest.Stack + 0x1000 + (ulong)random.Next(-100, 200),
            1 => Guest.Stack + (ulong)random.Next(0, 300),
            2 => Guest.StackTop - (ulong)random.Next(0, 300),
            _ => Guest.Stack + 0x1800 + 8 * (ulong)random.Next(0, 200),
        };
        guest[Reg.R15] = Guest.Data + (random.Next(3) == 0 ? 0x1fe0UL : 0x800UL) + (ulong)random.Next(0, 64);
        guest[Reg.R14] = (random.Next(5) == 0 ? Guest.ReadOnlyData : Guest.Data) + 0x700;
        guest[Reg.R13] = (ulong)random.Next(-8, 8);
        for (var register = Reg.Rax; register < Reg.R13; register++)
        {
            if (register != Reg.Rsp && random.Next(2) == 0)
            {
                guest[register] = Guest.Data + (ulong)random.Next(0x40, 0x1fc0);
            }
        }

        guest.Machine.Budget = random.Next(3) == 0 ? random.Next(0, 60) : 500;
    }
}
