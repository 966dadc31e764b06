using EntryGen.Emulation;
using EntryGen.Kernel;
using EntryGen.Tracing;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>Does one run of a scenario again and writes down every step.</summary>
internal sealed class RunRecorder : IMachineObserver
{
    private readonly ScenarioSetup _setup;
    private readonly EntryProcessor _processor;
    private readonly List<TraceStep> _steps = [];
    private readonly List<string> _faults = [];
    private readonly List<StaleAccess> _stale = [];
    private readonly ChoiceText _choices = new();
    private Cr3Write? _cr3Write;
    private Lanes _lanes;
    private int _afterEvents;

    private RunRecorder(ScenarioSetup setup)
    {
        _setup = setup;
        _processor = new EntryProcessor(setup);
        _lanes = Before;
        Add(TraceStepKind.Event, null, _processor.Description);
    }

    private KernelEnvironment Environment => _processor.Environment;

    private Lanes Before => Lanes.Of(Environment, register => _processor.Ghost.Keeps(register) ? _processor.State.Activation(0).Interrupted(register) : _processor.State[register]);

    /// <summary>Takes given transitions and says what they look like.</summary>
    /// <param name="setup">The scenario.</param>
    /// <param name="choices">The transitions.</param>
    /// <param name="property">The property that the run breaks.</param>
    public static Counterexample Record(ScenarioSetup setup, IEnumerable<Choice> choices, EntryProperty property)
    {
        var recorder = new RunRecorder(setup);
        var before = recorder.Before;
        var processor = recorder._processor;
        string? detail = null;
        processor.Broke = (broken, state) => detail = broken == property ? broken.Explain?.Invoke(state) ?? "" : detail;
        processor.Stepped = recorder.Stepped;
        processor.Environment.Machine.Linear.AccessedStale = recorder._stale.Add;
        using (processor.Environment.Machine.Observe(recorder))
        {
            var (unforced, chosen) = (0, 0);
            foreach (var choice in choices)
            {
                detail = null;
                chosen = choice.Event is not null ? 0 : choice.Effect is not null ? chosen + 1 : chosen;
                unforced = choice.Name is null ? unforced + 1 : 0;
                if (processor.IsOver || (choice.Event is { } injected && !processor.MayHappen(injected)) || (choice.Effect is not null && !processor.HasEffects))
                {
                    throw new ArgumentException("The run that was asked for is none of this scenario: the entry code, its features or its start differ.", nameof(choices));
                }

                processor.Take(choice);
                if ((unforced == EntryProcessor.LongestRun - 1 || chosen == EntryProcessor.MostChoices) && !processor.IsEndless && !processor.IsOver)
                {
                    // Done again step by step, it is the run that had no end.
                    processor.EndForever();
                    break;
                }
            }
        }

        if (processor.IsEndless)
        {
            recorder.ShortenLoop();
        }

        return new Counterexample(property, detail is "" ? null : detail, setup.Scenario.Entry, before, recorder._steps, new RunChoices(recorder._choices.ToString()))
        {
            IsBroken = detail is not null,
        };
    }

    /// <inheritdoc/>
    ObservedEvents IMachineObserver.Events => ObservedEvents.System;

    /// <inheritdoc/>
    void IMachineObserver.ControlWrite(Machine machine, int register, ulong old, ulong operand) =>
        _cr3Write = register == 3 ? new Cr3Write(operand, (operand & Cr3Bits.NoFlush) != 0, old == machine[Reg.Cr3]) : _cr3Write;

    /// <inheritdoc/>
    void IMachineObserver.Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress) => _faults.Add(
        vector == Vectors.PageFault ? $"#PF at {new VirtualAddress(machine[Reg.Cr2])}, error code 0x{errorCode:x}" : VectorNames.Of(vector));

    private void Stepped(CodePlace? place, Choice choice)
    {
        _choices.Note(choice);
        if (choice.Event is { } injected)
        {
            _afterEvents = _steps.Count + 1;
            Add(TraceStepKind.Event, null, $"{VectorNames.Of(injected.Vector)} is injected");
        }
        else if (_faults.Count > 0)
        {
            Add(TraceStepKind.Event, null, $"{string.Join(", then ", _faults)} at {Locate(place?.Address ?? 0)}");
        }
        else if (place is { Kind: CodeKind.Function or CodeKind.StackFunction or CodeKind.Thunk })
        {
            Add(TraceStepKind.Function, place, place.Kind == CodeKind.Function && _processor.HandlerStep is { } doing ? $"{place.Name}: {doing}" : place.Name);
        }
        else if (place is not null)
        {
            Add(TraceStepKind.Instruction, _setup.Code.ChosenAt(place) ?? place, (_setup.Code.ChosenAt(place) ?? place).Name);
        }

        _faults.Clear();
        _stale.Clear();
        _cr3Write = null;
    }

    private void Add(TraceStepKind kind, CodePlace? place, string text)
    {
        var lanes = _processor.State.Lanes;
        var address = place?.Address ?? _processor.State[Reg.Rip];
        _steps.Add(new TraceStep
        {
            Number = _steps.Count + 1,
            Kind = kind,
            Address = address,
            Location = Locate(address),
            Text = _stale.Count == 0 ? text : $"{text} ({string.Join(", ", _stale.DistinctBy(stale => stale.Address & ~0xFFFUL))})",
            Source = place?.Instruction?.Source ?? "",
            MacroStack = place?.Instruction?.MacroStack.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Lanes = lanes,
            Changes = lanes.ChangesSince(_lanes),
            Cr3Write = _cr3Write,
        });
        _lanes = lanes;
    }

    /// <summary>Of an endless loop only what leads to it and one turn are shown.</summary>
    private void ShortenLoop()
    {
        var count = _steps.Count;
        for (var period = 1; period <= count / 2; period++)
        {
            var start = count;
            while (start > period && _steps[start - 1].Address == _steps[start - 1 - period].Address && _steps[start - 1].Text == _steps[start - 1 - period].Text)
            {
                start--;
            }

            if (count - start >= (count - _afterEvents) / 2)
            {
                // Where in a turn the run was given up says nothing.
                _steps.RemoveRange(start, count - start);
                var again = _steps[start - period];
                _steps.Add(new TraceStep
                {
                    Number = start + 1,
                    Kind = TraceStepKind.Event,
                    Address = again.Address,
                    Location = again.Location,
                    Text = $"the last {period} of these again, for ever",
                    Lanes = _steps[^1].Lanes,
                });
                return;
            }
        }
    }

    private string Locate(ulong address) => Environment.Unit.Locate(address)?.ToString() ?? new VirtualAddress(address).ToString();
}
