namespace EntryGen.Exploration.WeakMemory;

/// <summary>The straight-line program of one processor. Registers and locations begin at zero.</summary>
public sealed class TsoThread
{
    /// <summary>The most registers a thread has.</summary>
    public const int MostRegisters = 4;

    // Holds what an unlocked read-modify-write has read.
    private const string Hidden = "";
    private readonly TsoProgram _program;
    private readonly List<string> _registers = [];
    private readonly List<TsoInstruction> _instructions = [];

    internal TsoThread(TsoProgram program) => _program = program;

    internal IReadOnlyList<TsoInstruction> Instructions => _instructions;

    /// <summary>The registers that a load or an exchange writes, with their numbers, by name.</summary>
    internal IEnumerable<(string Name, int Number)> Results => _instructions
        .Where(instruction => instruction.WritesRegister && _registers[instruction.Register] != Hidden)
        .Select(instruction => (_registers[instruction.Register], instruction.Register))
        .Distinct()
        .OrderBy(register => register.Item1, StringComparer.Ordinal);

    /// <summary><c>mov $value,(location)</c></summary>
    /// <param name="location">Where.</param>
    /// <param name="value">What.</param>
    public TsoThread Store(string location, ulong value) =>
        Add(new TsoInstruction(TsoOperation.Store, $"mov {TsoInstruction.Immediate(value)},({location})", _program.Location(location), Value: value));

    /// <summary><c>mov (location),register</c></summary>
    /// <param name="register">Where to.</param>
    /// <param name="location">Where from.</param>
    public TsoThread Load(string register, string location) =>
        Add(new TsoInstruction(TsoOperation.Load, $"mov ({location}),%{register}", _program.Location(location), Register(register)));

    /// <summary><c>mov register,(location)</c></summary>
    /// <param name="location">Where to.</param>
    /// <param name="register">Where from.</param>
    public TsoThread StoreRegister(string location, string register) =>
        Add(new TsoInstruction(TsoOperation.StoreRegister, $"mov %{register},({location})", _program.Location(location), Register(register)));

    /// <summary><c>add $value,(location)</c>: a load and then a buffered store, between which others may run.</summary>
    /// <param name="location">Where.</param>
    /// <param name="value">How much.</param>
    public TsoThread Add(string location, ulong value)
    {
        var text = $"add {TsoInstruction.Immediate(value)},({location})";
        return Add(new TsoInstruction(TsoOperation.Load, $"{text}: reads", _program.Location(location), Register(Hidden)))
            .Add(new TsoInstruction(TsoOperation.StoreRegister, $"{text}: writes", _program.Location(location), Register(Hidden), value));
    }

    /// <summary><c>lock add $value,(location)</c></summary>
    /// <param name="location">Where.</param>
    /// <param name="value">How much.</param>
    public TsoThread LockedAdd(string location, ulong value) =>
        Add(new TsoInstruction(TsoOperation.LockedAdd, $"lock add {TsoInstruction.Immediate(value)},({location})", _program.Location(location), Value: value));

    /// <summary><c>xchg register,(location)</c>, which is locked without a prefix. The register's value before is given.</summary>
    /// <param name="register">The register.</param>
    /// <param name="location">The location.</param>
    /// <param name="value">What the register holds before, and the location after.</param>
    public TsoThread Exchange(string register, string location, ulong value) =>
        Add(new TsoInstruction(TsoOperation.Exchange, $"xchg %{register}={TsoInstruction.Immediate(value)},({location})", _program.Location(location), Register(register), value));

    /// <summary><c>mfence</c></summary>
    public TsoThread MemoryFence() => Serialize("mfence");

    /// <summary>An instruction that waits for the store buffer to drain, such as a write to CR3, INVLPG, CPUID or IRET.</summary>
    /// <param name="name">How it is shown.</param>
    public TsoThread Serialize(string name) => Add(new TsoInstruction(TsoOperation.Fence, name));

    /// <summary>An instruction that does not, such as LFENCE, SFENCE or SWAPGS.</summary>
    /// <param name="name">How it is shown.</param>
    public TsoThread Nothing(string name) => Add(new TsoInstruction(TsoOperation.Nothing, name));

    private TsoThread Add(TsoInstruction instruction)
    {
        _instructions.Add(instruction);
        if (_instructions.Count(added => added.IsPrivate && added.Operation != TsoOperation.Nothing) > StoreBuffer.Capacity)
        {
            throw new ArgumentException($"A thread has {StoreBuffer.Capacity} stores at most, so that none can be lost to a full store buffer.");
        }

        return _instructions.Count < TsoModel.MostInstructions ? this : throw new ArgumentException($"A thread has fewer than {TsoModel.MostInstructions} instructions.");
    }

    private int Register(string name)
    {
        if (!_registers.Contains(name))
        {
            if (_registers.Count == MostRegisters)
            {
                throw new ArgumentException($"A thread has {MostRegisters} registers at most, one of them for an unlocked add.", nameof(name));
            }

            _registers.Add(name);
        }

        return _registers.IndexOf(name);
    }
}
