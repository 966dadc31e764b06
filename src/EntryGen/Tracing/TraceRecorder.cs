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
    private long _instructions;
    private long _memoryAccesses;
    private int _cr3Writes;
    private int _tlbFlushes;
    private int _copiedWords;

    // What the machine reported since the last step.
    private int _pendingAccesses;
    private Cr3Write? _pendingCr3Write;

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
    /// <param name="budget">How many instructions and C functions it may take.</param>
    /// <exception cref="ArgumentException">The unit has no such symbol, or the event cannot happen in the state.</exception>
    public static Trace Record(KernelEnvironment environment, string symbol, StartState? start = null, int budget = 100_000)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new TraceRecorder(environment).Run(symbol, start ?? StartState.User, budget);
    }

    /// <inheritdoc/>
    void IMachineObserver.Load(Machine machine, ulong address, int size, ulong value)
    {
        _pendingAccesses++;
        _words.Load(address, size, value);
    }

    /// <inheritdoc/>
    void IMachineObserver.Store(Machine machine, ulong address, int size, ulong value)
    {
        _pendingAccesses++;
        _words.Store(address, size, value);
    }

    /// <inheritdoc/>
    void IMachineObserver.ControlWrite(Machine machine, int register, ulong old, ulong operand)
    {
        if (register == 3)
        {
            _cr3Writes++;
            _pendingCr3Write = new Cr3Write(operand, (operand & Cr3Bits.NoFlush) != 0, old == machine[Reg.Cr3]);
        }
    }

    /// <inheritdoc/>
    void IMachineObserver.TlbFlush(Machine machine, TlbFlushKind kind, int pcid, ulong address) => _tlbFlushes++;

    /// <inheritdoc/>
    void IMachineObserver.Retired(Machine machine, ulong address)
    {
        _instructions++;
        _memoryAccesses += _pendingAccesses;
        var written = _environment.Unit.Instructions.GetValueOrDefault(address);
        Add(Step(TraceStepKind.Instruction, address, written?.Text ?? "") with
        {
            Source = written?.Source ?? "",
            MacroStack = written?.MacroStack.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Cr3Write = _pendingCr3Write,
            MemoryAccesses = _pendingAccesses,
        });
    }

    /// <inheritdoc/>
    void IMachineObserver.ExternalCall(Machine machine, string name, bool hasModel)
    {
        var function = _environment.Unit.Externals.GetValueOrDefault(name);
        Add(Step(TraceStepKind.Function, function?.Address ?? 0, name));
    }

    /// <inheritdoc/>
    void IMachineObserver.Delivered(Machine machine, byte vector, uint? errorCode, ulong returnAddress)
    {
        var text = vector == Vectors.PageFault ? $"#PF at {new VirtualAddress(machine[Reg.Cr2])}, error code 0x{errorCode:x}" : VectorNames.Of(vector);
        AddEvent($"{text} at {Locate(returnAddress)}");
    }

    private Trace Run(string symbol, StartState start, int budget)
    {
        var activation = _environment.Start(symbol, start);
        var before = _lanes = Lanes.Of(_environment, activation.Interrupted);
        _words.Reset(Machine.Registers);
        AddEvent(activation.Description);
        var stop = activation.Delivery;
        if (stop.Kind == StopKind.None)
        {
            using var attached = Machine.Observe(this);
            stop = RunSteps(activation, budget);
        }

        var summary = new TraceSummary(_instructions, _cr3Writes, _tlbFlushes, _memoryAccesses, _copiedWords, Describe(stop));
        return new Trace(activation, before, _steps, summary, stop, Differences(activation));
    }

    private Stop RunSteps(Activation activation, int budget)
    {
        for (var n = 0; !activation.HasReturned; n++)
        {
            var stop = n == budget ? new Stop(StopKind.Budget) : Machine.Step(_environment.Unit);
            if (stop.Kind != StopKind.None)
            {
                return stop;
            }
        }

        return default;
    }

    private void AddEvent(string text) => Add(Step(TraceStepKind.Event, Machine[Reg.Rip], text));

    private TraceStep Step(TraceStepKind kind, ulong address, string text) => new()
    {
        Number = _steps.Count + 1,
        Kind = kind,
        Address = address,
        Location = Locate(address),
        Text = text,
        Lanes = Lanes.Of(_environment, register => Machine[register]),
    };

    /// <summary>Ends a step: what changed against the last one, and what the registers carry on from here.</summary>
    private void Add(TraceStep step)
    {
        var copied = _words.EndStep(Machine.Registers);
        if (step.Kind == TraceStepKind.Event)
        {
            copied = 0; // the processor pushes registers; it does not copy from a stack
        }

        _copiedWords += copied;
        _steps.Add(step with { Changes = step.Lanes.ChangesSince(_lanes), CopiedWords = copied });
        _lanes = step.Lanes;
        _pendingAccesses = 0;
        _pendingCr3Write = null;
    }

    private string Locate(ulong address) => _environment.Unit.Locate(address)?.ToString() ?? new VirtualAddress(address).ToString();

    private string Describe(Stop stop) => stop.Kind switch
    {
        StopKind.None when (Machine[Reg.Cs] & 3) == 3 => "returned to user mode",
        StopKind.None => "returned to kernel mode",
        StopKind.Left when KernelImage.UnhandledVector(_environment.Layout, Machine[Reg.Rip]) is { } vector =>
            $"{VectorNames.Of(vector)}, for which the unit has no handler",
        StopKind.Left => $"left the unit to {new VirtualAddress(Machine[Reg.Rip])}",
        StopKind.Unmodelled => $"{Locate(Machine[Reg.Rip])} is not modelled",
        StopKind.UndefinedValue => $"{Locate(Machine[Reg.Rip])} uses {((Reg)stop.Address).ToString().ToUpperInvariant()}, which a C function left undefined",
        StopKind.NoReturn => $"{Locate(Machine[Reg.Rip])} does not return",
        StopKind.Budget => "the budget is used up",
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
}
