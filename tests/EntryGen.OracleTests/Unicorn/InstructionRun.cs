using EntryGen.Asm.Instructions;

namespace EntryGen.OracleTests.Unicorn;

/// <summary>Runs every form of some operations from random states on both judges, and keeps what differs.</summary>
/// <param name="code">The forms.</param>
/// <param name="random">Where the states come from.</param>
internal sealed class InstructionRun(FormCode code, Random random)
{
    private readonly Dictionary<Op, long> _executions = [];
    private readonly Dictionary<UnicornDeparture, long> _seen = [];
    private readonly List<string> _unexplained = [];

    /// <summary>Instructions executed.</summary>
    public long Total => _executions.Values.Sum();

    /// <summary>Different instructions.</summary>
    public int Forms => code.Instructions.Count - 1;

    /// <summary>For each form that differs without explanation the first difference, with the state.</summary>
    public IReadOnlyList<string> Unexplained => _unexplained;

    /// <summary>How often an operation was executed.</summary>
    public long ExecutionsOf(Op op) => _executions.GetValueOrDefault(op);

    /// <summary>How often Unicorn departed in a way.</summary>
    public long SeenOf(UnicornDeparture departure) => _seen.GetValueOrDefault(departure);

    /// <summary>Runs every form.</summary>
    /// <param name="executions">States for each form.</param>
    /// <param name="systemExecutions">States for each form of an operation that changes system registers.</param>
    public void Execute(int executions, int systemExecutions)
    {
        using var guests = new TwoGuests(code);
        var generator = new StateGenerator(random);
        var state = new GuestState();

        // Slot 0 is the target of branches.
        for (var slot = 1; slot < code.Instructions.Count; slot++)
        {
            var instruction = code.Instructions[slot];
            var isSystem = InstructionJudge.IsSystem(instruction);
            var count = isSystem ? systemExecutions : executions;
            string? first = null;
            for (var i = 0; i < count; i++)
            {
                generator.Fill(state, instruction);
                if (guests.Run(slot, state, isSystem) is not { } difference)
                {
                    continue;
                }

                if (UnicornDeparture.All.FirstOrDefault(departure => departure.Explains(instruction, difference)) is { } known)
                {
                    _seen[known] = _seen.GetValueOrDefault(known) + 1;
                }
                else
                {
                    first ??= $"{instruction.Info.Op} | {code.Image.Texts[slot]} | {difference.Text} | {state}";
                }
            }

            _executions[instruction.Info.Op] = _executions.GetValueOrDefault(instruction.Info.Op) + count;
            if (first is not null)
            {
                _unexplained.Add(first);
            }
        }
    }
}
