using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>Executes instructions on an abstract state: the one meaning of an instruction for analyses.</summary>
/// <remarks>
/// What has no case of its own leaves unknown whatever the instruction table says it writes, so a new instruction is imprecise, never wrong.
/// One object serves many steps: load a state, execute, take the state.
/// </remarks>
internal sealed partial class AbstractCpu
{
    private const int Rax = 0, Rcx = 1, Rdx = 2, Rsp = AbstractState.Rsp, Rbp = 5, Rsi = 6, Rdi = 7, R11 = 11;
    private const int Gs = 5, RegisterCount = 16;
    private readonly KernelModel _kernel;
    private readonly List<MemoryAccess> _accesses = [];
    private AbstractState _origin = null!;
    private readonly AbstractValue[] _registers = new AbstractValue[RegisterCount];
    private bool _isChanged;
    private Instruction _instruction = null!;

    public AbstractCpu(KernelModel kernel)
    {
        _kernel = kernel;
    }

    /// <summary>The accesses of the last instruction.</summary>
    public IReadOnlyList<MemoryAccess> Accesses => _accesses;

    public AbstractValue Cr3 { get; private set; }

    public AbstractValue GsBase { get; private set; }

    public AbstractValue KernelGsBase { get; private set; }

    public AbstractFlags Flags { get; private set; }

    public FlushTest Flush { get; private set; }

    public WorkingMemory Memory { get; } = new(AbstractMemory.Empty);

    public AbstractValue this[int register]
    {
        get => _registers[register];
        private set => _registers[register] = value;
    }

    /// <summary>Takes a state over.</summary>
    public void Load(AbstractState state)
    {
        _origin = state;
        state.CopyRegistersTo(_registers);
        _isChanged = false;
        Cr3 = state.Cr3;
        GsBase = state.GsBase;
        KernelGsBase = state.KernelGsBase;
        Flags = state.Flags;
        Flush = state.Flush;
        Memory.Take(state.Memory);
    }

    /// <summary>The state now.</summary>
    public AbstractState Save()
    {
        if (_isChanged)
        {
            _origin = new AbstractState(_registers) { Cr3 = Cr3, GsBase = GsBase, KernelGsBase = KernelGsBase, Flags = Flags, Flush = Flush, Memory = Memory.Save() };
            _isChanged = false;
        }

        return _origin;
    }

    /// <summary>Executes an instruction but for the choice of the next one.</summary>
    public void Execute(Instruction instruction)
    {
        _instruction = instruction;
        _accesses.Clear();
        _isChanged = true;
        if (!TryMoveData() && !TryCompute() && !TryUseSystem())
        {
            ExecuteByTable();
        }

        if (Flush is FlushTest.InCarry or FlushTest.TakenInCarry && !IsFlushTest(instruction) && ChangesCarry(instruction))
        {
            Flush = FlushTest.None;
        }
    }

    private static bool ChangesCarry(Instruction instruction)
    {
        var effects = FlagEffects.Of(instruction);
        return ((effects.Written | effects.Undefined) & StatusFlags.CF) != 0;
    }

    private bool IsFlushTest(Instruction instruction) =>
        instruction.Info.Op is Op.Bt or Op.Btr && instruction.Operands is [_, MemoryOperand memory] && _kernel.IsPendingFlush(memory);

    /// <summary>The address that a memory operand means.</summary>
    public AbstractValue AddressOf(MemoryOperand operand)
    {
        var address = AbstractValue.Constant((ulong)operand.Displacement + (operand.Symbol?.Address ?? 0));
        if (operand.Base is { Class: RegisterClass.General } register)
        {
            address = _registers[register.Number].Add(address);
        }

        if (operand.Index is { } index)
        {
            var value = _registers[index.Number];
            address = value.IsConstant ? address.Add(AbstractValue.Constant(value.KnownBits * (ulong)operand.Scale)) : AbstractValue.Unknown;
        }

        return operand.Segment switch
        {
            { Number: Gs } => GsBase.Add(address),
            null => address,
            _ => AbstractValue.Unknown,
        };
    }

    /// <summary>A value that only this instruction knows. Older copies of what it computed last time are forgotten: they may differ.</summary>
    private AbstractValue Fresh(OriginKind kind, int detail)
    {
        var value = AbstractValue.Of(kind, detail);
        for (var i = 0; i < _registers.Length; i++)
        {
            _registers[i] = Without(_registers[i]);
        }

        Cr3 = Without(Cr3);
        GsBase = Without(GsBase);
        KernelGsBase = Without(KernelGsBase);
        Flags = Flags with { System = Without(Flags.System) };
        foreach (var slot in Memory.Slots)
        {
            if (slot.Value.Origin == value.Origin)
            {
                Memory.Replace(Without);
                break;
            }
        }

        return value;

        AbstractValue Without(AbstractValue old) => old.Origin == value.Origin ? AbstractValue.Unknown.With(old.KnownMask, old.KnownBits) : old;
    }

    private AbstractValue Result() => Fresh(OriginKind.Result, _instruction.Index);

    /// <summary>What an operand holds, as far as it is known without running anything.</summary>
    public AbstractValue ValueOf(Operand operand, int width) => operand switch
    {
        RegisterOperand { Register: { Class: RegisterClass.General } register } => ReadRegister(register),
        ImmediateOperand immediate => AbstractValue.Constant((ulong)immediate.Value + (immediate.Symbol?.Address ?? 0)).ZeroExtend(width),
        MemoryOperand memory => Memory.Load(AddressOf(memory), width) ?? AbstractValue.Unknown,
        _ => AbstractValue.Unknown,
    };

    private AbstractValue Read(Operand operand, int width) => operand switch
    {
        MemoryOperand memory => ReadMemory(memory, width),
        RegisterOperand { Register.Class: RegisterClass.General } or ImmediateOperand => ValueOf(operand, width),
        _ => Result(),
    };

    private AbstractValue ReadRegister(Register register) =>
        register.HighByte ? _registers[register.Number].ShiftRight(8).ZeroExtend(1) : _registers[register.Number].ZeroExtend(register.Width);

    private AbstractValue ReadMemory(MemoryOperand operand, int width)
    {
        var address = AddressOf(operand);
        _accesses.Add(new MemoryAccess(address, width, IsWrite: false, operand));
        return Memory.Load(address, width) ?? (width == 8 ? _kernel.Load(operand) : null) ?? Result().ZeroExtend(width);
    }

    private void Write(Operand operand, int width, AbstractValue value)
    {
        switch (operand)
        {
            case RegisterOperand { Register: { Class: RegisterClass.General } register }:
                _registers[register.Number] = register.HighByte
                    ? AbstractValue.Unknown
                    : _registers[register.Number].Insert(value, register.Width);
                break;
            case MemoryOperand memory:
                WriteMemory(memory, width, value);
                break;
        }
    }

    private void WriteMemory(MemoryOperand operand, int width, AbstractValue value)
    {
        var address = AddressOf(operand);
        _accesses.Add(new MemoryAccess(address, width, IsWrite: true, operand));
        Memory.Store(address, width, value);
    }

    private void Push(AbstractValue value, int width = 8)
    {
        _registers[Rsp] = _registers[Rsp].Subtract(AbstractValue.Constant((ulong)width));
        _accesses.Add(new MemoryAccess(_registers[Rsp], width, IsWrite: true, null));
        Memory.Store(_registers[Rsp], width, value);
    }

    private AbstractValue Pop(int width = 8)
    {
        _accesses.Add(new MemoryAccess(_registers[Rsp], width, IsWrite: false, null));
        var value = Memory.Load(_registers[Rsp], width) ?? Result().ZeroExtend(width);
        _registers[Rsp] = _registers[Rsp].Add(AbstractValue.Constant((ulong)width));
        return value;
    }

    // Everything that the table says is written is unknown now.
    private void ExecuteByTable()
    {
        var effects = RegisterEffects.Of(_instruction);
        var isOne = (effects.Written & (effects.Written - 1)) == 0;
        foreach (var operand in _instruction.Operands)
        {
            if (operand is MemoryOperand memory && _instruction.Info.Uses.Count > 0 && _instruction.Info.Uses[0] != OperandUse.Address)
            {
                Touch(memory, ReferenceEquals(operand, _instruction.Operands[_instruction.Operands.Count - 1]) ? _instruction.Info.Uses[0] : OperandUse.Read);
            }
        }

        for (var i = 0; i < _registers.Length; i++)
        {
            if ((effects.Written >> i & 1) != 0)
            {
                _registers[i] = isOne && _instruction.Width == 8 ? Result() : AbstractValue.Unknown;
            }
        }

        ForgetFlags();
    }

    private void Touch(MemoryOperand operand, OperandUse use)
    {
        var address = AddressOf(operand);
        if ((use & OperandUse.Read) != 0)
        {
            _accesses.Add(new MemoryAccess(address, _instruction.Width, IsWrite: false, operand));
        }

        if ((use & OperandUse.Write) != 0)
        {
            _accesses.Add(new MemoryAccess(address, _instruction.Width, IsWrite: true, operand));
            Memory.Store(address, _instruction.Width, AbstractValue.Unknown);
        }
    }

    private void ForgetFlags()
    {
        var effects = FlagEffects.Of(_instruction);
        Flags = Flags.Forget(effects.Written | effects.Undefined);
    }
}
