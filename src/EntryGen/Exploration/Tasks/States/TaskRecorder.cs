using EntryGen.Emulation;
using EntryGen.Exploration.Scenarios;
using EntryGen.Exploration.Scenarios.States;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.Exploration.Tasks.States;

/// <summary>Does one run of a scenario again and writes down every step.</summary>
internal sealed class TaskRecorder : IMachineObserver
{
    private readonly TaskSetup _setup;
    private readonly TaskProcessor _processor;
    private readonly List<TraceStep> _steps = [];
    private readonly TaskChoiceText _choices = new();
    private Cr3Write? _cr3Write;
    private Lanes _lanes;
    private int _cpu = -1;
    private int _task = -1;

    private TaskRecorder(TaskSetup setup)
    {
        _setup = setup;
        _processor = new TaskProcessor(setup);
        _lanes = _processor.State.Lanes;
    }

    /// <summary>Takes given transitions and says what they look like.</summary>
    /// <param name="setup">The scenario.</param>
    /// <param name="choices">The transitions.</param>
    /// <param name="property">The property that the run breaks.</param>
    public static TaskCounterexample Record(TaskSetup setup, IEnumerable<TaskChoice> choices, TaskProperty property)
    {
        var recorder = new TaskRecorder(setup);
        var before = recorder._lanes;
        var processor = recorder._processor;
        var isBroken = false;
        string? detail = null;
        processor.Broke = (broken, state) => (isBroken, detail) = broken == property ? (true, broken.Explain?.Invoke(state)) : (isBroken, detail);
        processor.Stepped = recorder.Stepped;
        using (processor.Environment.Machine.Observe(recorder))
        {
            var (steps, possible) = (0, new List<TaskChoice>());
            foreach (var choice in choices)
            {
                (isBroken, detail) = (false, null);
                possible.Clear();
                processor.Choices.Collect(possible);
                if (!possible.Contains(choice))
                {
                    throw new ArgumentException("The run that was asked for is none of this scenario: the entry code, its features or the scenario differ.", nameof(choices));
                }

                steps = choice.Action == TaskAction.Step ? steps + 1 : 0;
                processor.Take(choice);
                if (steps == TaskProcessor.LongestRun - 1 && !setup.Scenario.IsReduced)
                {
                    // Done again step by step, it is the run that had no end.
                    processor.EndForever(choice.Cpu);
                    break;
                }
            }
        }

        return new TaskCounterexample(property, detail, before, recorder._steps) { Choices = new RunChoices(recorder._choices.ToString()), IsBroken = isBroken };
    }

    /// <inheritdoc/>
    ObservedEvents IMachineObserver.Events => ObservedEvents.ControlRegisters;

    /// <inheritdoc/>
    void IMachineObserver.ControlWrite(Machine machine, int register, ulong old, ulong operand) =>
        _cr3Write = register == 3 ? new Cr3Write(operand, (operand & Cr3Bits.NoFlush) != 0, old == machine[Reg.Cr3]) : _cr3Write;

    private void Stepped(CodePlace? place, TaskChoice choice)
    {
        _choices.Note(choice);
        var state = _processor.State;
        var who = $"CPU {state.Cpu}, task {state.Task}";
        if (choice.Action != TaskAction.Step)
        {
            Add(TraceStepKind.Event, null, $"{who}: {Words(choice, state)}");
        }
        else
        {
            if (state.Cpu != _cpu || state.Task != _task)
            {
                Add(TraceStepKind.Event, null, who);
            }

            var isFunction = place is { Kind: CodeKind.Function or CodeKind.StackFunction or CodeKind.Thunk };
            var shown = place is null || isFunction ? place : _setup.Code.ChosenAt(place) ?? place;
            Add(isFunction ? TraceStepKind.Function : TraceStepKind.Instruction, shown, shown?.Name ?? "");
        }

        (_cpu, _task) = (state.Cpu, state.Task);
        _cr3Write = null;
    }

    private string Words(TaskChoice choice, TaskState state) => choice.Action switch
    {
        TaskAction.Enter when _setup.Entries[choice.Argument].Entry is { Kind: EntryKind.Syscall } => "SYSCALL in user code",
        TaskAction.Enter => $"{VectorNames.Of(_setup.Entries[choice.Argument].Entry.Vector!.Value)} in user code",
        TaskAction.Sleep => $"sleeps in {state.Function}",
        TaskAction.Exit => $"ends in {state.Function}",
        TaskAction.Resume => "is woken here",
        _ => $"{VectorNames.Of(_setup.Events.First(each => (int)each.Event.Event == choice.Argument).Event.Vector)} is injected",
    };

    private string LocationOf(ulong address) => address == TaskCpus.IdleRip ? "idle" : _processor.Environment.Unit.Locate(address)?.ToString() ?? new VirtualAddress(address).ToString();

    private void Add(TraceStepKind kind, CodePlace? place, string text)
    {
        var lanes = _processor.State.Lanes;
        var address = place?.Address ?? _processor.State[Reg.Rip];
        _steps.Add(new TraceStep
        {
            Number = _steps.Count + 1,
            Kind = kind,
            Address = address,
            Location = LocationOf(address),
            Text = text,
            Source = place?.Instruction?.Source ?? "",
            MacroStack = place?.Instruction?.MacroStack.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Lanes = lanes,
            Changes = lanes.ChangesSince(_lanes),
            Cr3Write = _cr3Write,
        });
        _lanes = lanes;
    }
}
