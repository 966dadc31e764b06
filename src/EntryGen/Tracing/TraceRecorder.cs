using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Tracing;

/// <summary>Runs an entry from the event that leads to it until control is back, and records each step.</summary>
public sealed class TraceRecorder : IMachineObserver
{
    private readonly KernelEnvironment _environment;
    private readonly WordTracker _words;
    private readonly List<TraceStep> _steps = [];
    private Lanes _lanes;
    private StepNotes _notes;
    private long _instructions;
    private long _memoryAccesses;
    private int _cr3Writes;
    private int _tlbFlushes;
    private int _copiedWords;

    private TraceRecorder(KernelEnvironment environment)
    {
        _environment = environment;
        _words = new WordTracker(environment.Stacks);
    }

    private Machine Machine => _environment.Machine;

    /// <summary>Runs an entry and records it.</summary>
    /// <param name="environment">The unit and the kernel around it.</param>
    /// <param name="symbol">The entry.</param>
    /// <param name="start">What the event finds; null: user code.</param>
    /// <param name="budget">How many steps it may take.</param>
    /// <exception cref="ArgumentException">The unit has no such symbol, or the event cannot happen in the state.</exception>
    public static Trace Record(KernelEnvironment environment, string symbol, StartState? start = null, int budget = 100_000)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var recorder = new TraceRecorder(environment);
        using var attached = environment.Machine.Observe(recorder);
        return recorder.Run(symbol, start ?? StartState.User, budget);
    }

    /// <inheritdoc/>
    void IMachineObserver.Retired(Machine machine, ulong address) => _notes.Kind = TraceStepKind.Instruction;

    /// <inheritdoc/>
    void IMachineObserver.Load(Machine machine, ulong address, int size, ulong value)
    {
        _notes.MemoryAccesses++;
        _words.Load(address, size, value);
    }

    /// <inheritdoc/>
    void IMachineObserver.Store(Machine machine, ulong address, int size, ulong value)
    {
        _notes.MemoryAccesses++;
        _words.Store(address, size, value);
    }

    /// <inheritdoc/>
    void IMachineObserver.Cr3Write(Machine machine, ulong old, ulong value, bool flushed)
    {
        _cr3Writes++;
        _notes.Cr3Write = new Cr3Write(value, !flushed, old == value);
    }

    /// <inheritdoc/>
    void IMachineObserver.TlbFlush(Machine machine, TlbFlushKind kind, int pcid) => _tlbFlushes++;

    /// <inheritdoc/>
    void IMachineObserver.ExternalCall(Machine machine, string name, bool hasModel)
    {
        _notes.Kind = TraceStepKind.Function;
        _notes.Function = name;
    }

    private Trace Run(string symbol, StartState start, int budget)
    {
        var activation = _environment.Start(symbol, start);
        var before = _lanes = Lanes.Of(_environment, activation.Interrupted);
        _words.Reset(Registers());
        _notes = default;
        AddEvent(activation.Description);
        var stop = activation.Delivery.Kind == StopKind.None ? RunSteps(activation, budget) : activation.Delivery;
        var summary = new TraceSummary(_instructions, _cr3Writes, _tlbFlushes, _memoryAccesses, _copiedWords, Describe(stop));
        return new Trace(activation, before, _steps, summary, stop, Differences(activation));
    }

    private Stop RunSteps(Activation activation, int budget)
    {
        for (var n = 0; !activation.HasReturned; n++)
        {
            if (n == budget)
            {
                return new Stop(StopKind.Budget);
            }

            var address = Machine[Reg.Rip];
            _notes = default;
            var stop = Machine.Step(_environment.Unit);
            if (stop.Kind == StopKind.None)
            {
                AddStep(address);
                continue;
            }

            if (stop.Kind != StopKind.Fault)
            {
                return stop;
            }

            _words.EndStep(Registers());
            _notes = default;
            var delivered = Machine.Deliver(stop);
            if (delivered.Kind != StopKind.None)
            {
                return delivered;
            }

            _words.EndStep(Registers());
            AddEvent(stop.ToString());
        }

        return default;
    }

    private void AddStep(ulong address)
    {
        var copied = _words.EndStep(Registers());
        _copiedWords += copied;
        var isInstruction = _notes.Kind == TraceStepKind.Instruction;
        if (isInstruction)
        {
            _instructions++;
            _memoryAccesses += _notes.MemoryAccesses;
        }

        var written = isInstruction ? _environment.Unit.Instructions.GetValueOrDefault(address) : null;
        Add(new TraceStep
        {
            Number = _steps.Count + 1,
            Kind = _notes.Kind,
            Address = address,
            Location = _environment.Unit.Locate(address)?.ToString() ?? "",
            Source = written?.Source ?? "",
            Text = written?.Text ?? _notes.Function ?? "",
            MacroStack = written is null ? [] : written.MacroStack.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Lanes = default,
            Cr3Write = _notes.Cr3Write,
            MemoryAccesses = isInstruction ? _notes.MemoryAccesses : 0,
            CopiedWords = copied,
        });
    }

    private void AddEvent(string text)
    {
        var address = Machine[Reg.Rip];
        Add(new TraceStep
        {
            Number = _steps.Count + 1,
            Kind = TraceStepKind.Event,
            Address = address,
            Location = _environment.Unit.Locate(address)?.ToString() ?? "",
            Text = text,
            Lanes = default,
        });
    }

    private void Add(TraceStep step)
    {
        var lanes = Lanes.Of(_environment, register => Machine[register]);
        _steps.Add(step with { Lanes = lanes, Changes = lanes.ChangesSince(_lanes) });
        _lanes = lanes;
    }

    private ReadOnlySpan<ulong> Registers() => Machine.Registers;

    private string Describe(Stop stop) => stop.Kind switch
    {
        StopKind.None when (Machine[Reg.Cs] & 3) == 3 => "returned to user mode",
        StopKind.None => "returned to kernel mode",
        StopKind.Left => $"left the unit to {new VirtualAddress(Machine[Reg.Rip])}",
        _ => stop.ToString(),
    };

    private List<RegisterDifference> Differences(Activation activation)
    {
        var differences = new List<RegisterDifference>();
        for (var register = Reg.Rax; register < Reg.Count; register++)
        {
            var before = register == Reg.Rip ? activation.ResumeAddress.Value : activation.Interrupted(register);
            if (Machine[register] != before)
            {
                differences.Add(new RegisterDifference(register, before, Machine[register]));
            }
        }

        return differences;
    }

    /// <summary>What the machine reported since the last step.</summary>
    private struct StepNotes
    {
        public TraceStepKind Kind;
        public int MemoryAccesses;
        public Cr3Write? Cr3Write;
        public string? Function;
    }
}
