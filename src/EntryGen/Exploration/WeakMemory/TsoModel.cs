using System.Text;

namespace EntryGen.Exploration.WeakMemory;

/// <summary>
/// A program on x86-TSO: a transition is one instruction of one processor, or the oldest store of one processor draining to memory. A locked instruction is one
/// step that needs an empty buffer.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="eagerStores">
/// Whether an instruction that only adds to its processor's store buffer is taken as soon as it comes, without the other transitions of that state. Final states stay the same (see
/// <c>docs/exploration.md</c>); states on the way are left out.
/// </param>
public sealed class TsoModel(TsoProgram program, bool eagerStores = true) : IModel<TsoState>
{
    /// <summary>The most processors.</summary>
    public const int MostCpus = 4;

    /// <summary>The most memory locations.</summary>
    public const int MostLocations = 8;

    internal const int MostInstructions = 64;

    private const int Drain = MostCpus * MostInstructions;
    private const int Begin = Drain + MostCpus;
    private readonly TsoInstruction[][] _threads = [.. program.Threads.Select(thread => thread.Instructions.ToArray())];

    /// <inheritdoc/>
    public void InitialStates(StateSink<TsoState> states) => states.Add(Begin, default);

    /// <inheritdoc/>
    public void Successors(in TsoState state, StateSink<TsoState> successors)
    {
        for (var cpu = 0; eagerStores && cpu < _threads.Length; cpu++)
        {
            if (NextOf(state, cpu) is { IsPrivate: true } instruction)
            {
                Execute(state, cpu, instruction, successors);
                return;
            }
        }

        for (var cpu = 0; cpu < _threads.Length; cpu++)
        {
            if (NextOf(state, cpu) is { } instruction && (!instruction.Drains || state.Cpus[cpu].Buffer.IsEmpty))
            {
                Execute(state, cpu, instruction, successors);
            }

            if (!state.Cpus[cpu].Buffer.IsEmpty)
            {
                var next = state;
                var (location, value) = next.Cpus[cpu].Buffer.Drain();
                next.Memory[location] = value;
                successors.Add(Drain + cpu, next);
            }
        }
    }

    /// <inheritdoc/>
    public string NameOf(int transition) => transition switch
    {
        Begin => "begin",
        >= Drain => $"CPU {transition - Drain}: oldest store drains",
        _ => $"CPU {transition / MostInstructions}: {_threads[transition / MostInstructions][transition % MostInstructions].Text}",
    };

    /// <inheritdoc/>
    public string Describe(in TsoState state)
    {
        var text = new StringBuilder(program.OutcomeOf(state));
        for (var cpu = 0; cpu < _threads.Length; cpu++)
        {
            var buffer = state.Cpus[cpu].Buffer;
            while (!buffer.IsEmpty)
            {
                var (location, value) = buffer.Drain();
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $" [{cpu}: {program.Locations[location]}={value}]");
            }
        }

        return text.ToString();
    }

    private TsoInstruction? NextOf(in TsoState state, int cpu) => state.Cpus[cpu].Next < _threads[cpu].Length ? _threads[cpu][state.Cpus[cpu].Next] : null;

    private static void Execute(in TsoState state, int cpu, TsoInstruction instruction, StateSink<TsoState> successors)
    {
        var next = state;
        ref var processor = ref next.Cpus[cpu];
        var transition = (cpu * MostInstructions) + (int)processor.Next;
        processor.Next++;
        switch (instruction.Operation)
        {
            case TsoOperation.Load:
                processor.Registers[instruction.Register] =
                    processor.Buffer.TryForward(instruction.Location, out var forwarded) ? forwarded : next.Memory[instruction.Location];
                break;
            case TsoOperation.Store:
                processor.Buffer.Append(instruction.Location, instruction.Value);
                break;
            case TsoOperation.StoreRegister:
                processor.Buffer.Append(instruction.Location, processor.Registers[instruction.Register] + instruction.Value);
                break;
            case TsoOperation.Exchange:
                processor.Registers[instruction.Register] = next.Memory[instruction.Location];
                next.Memory[instruction.Location] = instruction.Value;
                break;
            case TsoOperation.LockedAdd:
                next.Memory[instruction.Location] += instruction.Value;
                break;
        }

        successors.Add(transition, next);
    }
}
