using EntryGen.Asm;
using EntryGen.Asm.Instructions;
using EntryGen.Generators.Emission.Semantics;

namespace EntryGen.Generators.Emission;

/// <summary>One instruction being written as C#. A meaning is defined once, against this; each form of execution is one implementation.</summary>
/// <remarks>
/// A meaning does what can fault first and what takes effect last: loads, then stores, then registers, then flags. An expression that is
/// used after something was written has to be held (<see cref="Let(Value)"/>) before.
/// </remarks>
internal abstract class Translation(UnitContext unit)
{
    private readonly List<(MemoryOperand Operand, MemoryAddress Address)> _addresses = [];

    /// <summary>What is common to the whole unit.</summary>
    public UnitContext Unit { get; } = unit;

    /// <summary>The instruction.</summary>
    public Instruction Instruction { get; private set; } = null!;

    /// <summary>Its operand width in bytes.</summary>
    public int Width => Instruction.Width;

    /// <summary>The last operand.</summary>
    public Operand Destination => Instruction.Operands[Instruction.Operands.Count - 1];

    /// <summary>The first operand.</summary>
    public Operand Source => Instruction.Operands[0];

    /// <summary>The address of the instruction after this one.</summary>
    public ulong NextAddress => UnitContext.AddressAfter(Instruction);

    /// <summary>Where statements go.</summary>
    protected abstract IndentedWriter Writer { get; }

    /// <summary>Starts an instruction.</summary>
    protected void Begin(Instruction instruction)
    {
        Instruction = instruction;
        _addresses.Clear();
    }

    // Statements

    /// <summary>Writes a statement.</summary>
    public void Do(string statement) => Writer.Line(statement);

    /// <summary>A new variable without a value, for an <c>out</c> argument.</summary>
    public abstract Value NewTemporary();

    /// <summary>Holds a value in a variable, unless it is one that cannot change.</summary>
    public Value Let(Value value) => value.IsStable ? value : Define(value);

    /// <summary>Holds a value in a new variable.</summary>
    protected abstract Value Define(Value value);

    /// <summary>Holds the low bytes of an expression in a variable.</summary>
    public Value Let(string expression, int width = 8) => Let(Value.Of(expression).Truncate(width));

    /// <summary>Makes sure that a machine operation succeeds; otherwise nothing of the instruction takes effect.</summary>
    /// <param name="call">An expression of type <c>bool</c>.</param>
    public abstract void Require(string call);

    /// <summary>As <see cref="Require"/>, for an operation that accesses a memory operand by itself.</summary>
    /// <param name="call">An expression of type <c>bool</c>.</param>
    /// <param name="address">The operand.</param>
    public abstract void RequireAccess(string call, MemoryAddress address);

    /// <summary>Makes a system operation that the machine performs on its own state, before it what is listed is up to date.</summary>
    /// <param name="call">An expression of type <c>bool</c>, false for a fault; or a call without result.</param>
    /// <param name="effects">What of the state the operation uses.</param>
    public abstract void Machine(string call, MachineEffects effects = default);

    /// <summary>Statements under a condition; only for what <c>Run</c> leaves to <c>Step</c>.</summary>
    /// <param name="condition">An expression of type <c>bool</c>.</param>
    public abstract IndentedWriter.Block If(string condition);

    /// <summary>Raises an exception instead of finishing the instruction.</summary>
    /// <param name="condition">When, as an expression of type <c>bool</c>.</param>
    /// <param name="vector">The exception's vector.</param>
    public abstract void RaiseIf(string condition, int vector);

    // Registers

    /// <summary>All 64 bits of a general register.</summary>
    public abstract Value Register64(int number);

    /// <summary>Sets all 64 bits of a general register.</summary>
    public abstract void SetRegister64(int number, Value value);

    /// <summary>Reads a general register in a width.</summary>
    public Value ReadRegister(int number, int width) => Register64(number).Truncate(width);

    /// <summary>Writes a general register: 32 bits clear the upper half, 16 and 8 bits keep the rest.</summary>
    public void WriteRegister(int number, int width, Value value)
    {
        if (width >= 4)
        {
            SetRegister64(number, value.Truncate(width));
            return;
        }

        var old = Register64(number);
        var rest = Value.Number(~Value.Mask(width));
        SetRegister64(number, Value.Of($"{old} & {rest} | {value.Truncate(width)}"));
    }

    /// <summary>A place of the register file that is not a general register.</summary>
    /// <param name="name">A member of <c>EntryGen.Emulation.Reg</c>.</param>
    public static string System(string name) => $"Unsafe.Add(ref r, {name})";

    // Operands

    /// <summary>The value of an operand.</summary>
    public Value Read(Operand operand, int width = 0)
    {
        width = width == 0 ? Width : width;
        return operand switch
        {
            RegisterOperand { Register: { HighByte: true } register } => Value.Of($"{Register64(register.Number)} >> 8").Truncate(1),
            RegisterOperand { Register: { Class: RegisterClass.General } register } => ReadRegister(register.Number, width),
            ImmediateOperand immediate => Value.Of(unchecked((immediate.Symbol?.Address ?? 0) + (ulong)immediate.Value) & Value.Mask(width)),
            MemoryOperand memory => Load(AddressOf(memory), width, forUpdate: false),
            _ => throw new InvalidOperationException($"{Instruction}: operand {operand.GetType().Name} has no value"),
        };
    }

    /// <summary>The value of an operand that is written back afterwards.</summary>
    public Value ReadForUpdate(Operand operand) =>
        Let(operand is MemoryOperand memory ? Load(AddressOf(memory), Width, forUpdate: true) : Read(operand));

    /// <summary>Gives an operand a value.</summary>
    public void Write(Operand operand, Value value, int width = 0)
    {
        width = width == 0 ? Width : width;
        switch (operand)
        {
            case RegisterOperand { Register: { HighByte: true } register }:
                SetRegister64(register.Number, Value.Of($"{Register64(register.Number)} & 0xffffffffffff00ffUL | {value.Truncate(1)} << 8"));
                break;
            case RegisterOperand { Register: { Class: RegisterClass.General } register }:
                WriteRegister(register.Number, width, value);
                break;
            case MemoryOperand memory:
                Store(AddressOf(memory), width, value);
                break;
            default:
                throw new InvalidOperationException($"{Instruction}: operand {operand.GetType().Name} cannot be written");
        }
    }

    /// <summary>Base, index and displacement: what LEA gives.</summary>
    public Value EffectiveAddress(MemoryOperand memory)
    {
        var constant = unchecked((long)(memory.Symbol?.Address ?? 0) + memory.Displacement);
        var narrow = memory.Base?.Width == 4 || memory.Index?.Width == 4;
        Value sum;
        if (memory.Base is { Class: RegisterClass.General } register)
        {
            sum = Register64(register.Number).Plus(constant);
        }
        else
        {
            sum = Value.Of(unchecked((ulong)constant));
        }

        if (memory.Index is { } index)
        {
            var scaled = memory.Scale == 1 ? Register64(index.Number).ToString() : $"{Register64(index.Number)} * {memory.Scale}";
            sum = sum.Constant == 0 ? Value.Of(scaled) : Value.Of($"{sum} + {scaled}");
        }

        return narrow ? sum.Truncate(4) : sum;
    }

    /// <summary>Where a memory operand lies; the same answer throughout the instruction.</summary>
    public MemoryAddress AddressOf(MemoryOperand memory)
    {
        foreach (var known in _addresses)
        {
            if (ReferenceEquals(known.Operand, memory))
            {
                return known.Address;
            }
        }

        var address = Hold(new MemoryAddress(memory.Segment?.Number, EffectiveAddress(memory), IsInStackSegment(memory)));
        _addresses.Add((memory, address));
        return address;
    }

    private static bool IsInStackSegment(MemoryOperand memory) =>
        memory.Segment is null && memory.Base is { Class: RegisterClass.General, Number: RegisterNumber.Rsp or RegisterNumber.Rbp };

    /// <summary>Keeps an address usable while registers change.</summary>
    public virtual MemoryAddress Hold(MemoryAddress address) => address;

    // Memory

    /// <summary>Reads memory.</summary>
    /// <param name="address">Where.</param>
    /// <param name="width">Bytes.</param>
    /// <param name="forUpdate">Whether the same bytes are stored afterwards, which then cannot fault.</param>
    public abstract Value Load(MemoryAddress address, int width, bool forUpdate);

    /// <summary>Writes memory.</summary>
    public abstract void Store(MemoryAddress address, int width, Value value);

    /// <summary>The place <paramref name="offset"/> bytes above the top of the stack.</summary>
    public MemoryAddress Stack(long offset) => new(null, Register64(RegisterNumber.Rsp).Plus(offset), IsStack: true);

    /// <summary>Pushes a value that was read before.</summary>
    public void Push(Value value, int width)
    {
        Store(Stack(-width), width, value);
        SetRegister64(RegisterNumber.Rsp, Register64(RegisterNumber.Rsp).Plus(-width));
    }

    // Flags

    /// <summary>Sets the status flags by a rule; the inputs are constants or variables.</summary>
    public abstract void SetFlags(FlagRule rule, params Value[] inputs);

    /// <summary>Sets or clears flags outside of arithmetic, such as DF.</summary>
    public abstract void SetSystemFlags(ulong mask, bool value);

    /// <summary>Whether a status flag is set, as an expression of type <c>bool</c>.</summary>
    public abstract string TestFlag(StatusFlags flag);

    /// <summary>Whether a condition holds, as an expression of type <c>bool</c>.</summary>
    public virtual string TestCondition(Condition condition) => condition switch
    {
        Condition.O => TestFlag(StatusFlags.OF),
        Condition.B => TestFlag(StatusFlags.CF),
        Condition.E => TestFlag(StatusFlags.ZF),
        Condition.S => TestFlag(StatusFlags.SF),
        Condition.P => TestFlag(StatusFlags.PF),
        Condition.BE => $"({TestFlag(StatusFlags.CF)}) || ({TestFlag(StatusFlags.ZF)})",
        Condition.L => $"({TestFlag(StatusFlags.SF)}) != ({TestFlag(StatusFlags.OF)})",
        Condition.LE => $"({TestFlag(StatusFlags.ZF)}) || ({TestFlag(StatusFlags.SF)}) != ({TestFlag(StatusFlags.OF)})",
        _ => $"!({TestCondition(Conditions.Negate(condition))})",
    };

    /// <summary>RFLAGS as a whole.</summary>
    public abstract Value Flags();

    /// <summary>A flag as a value of 0 or 1.</summary>
    public Value FlagBit(StatusFlags flag) => Let($"{TestFlag(flag)} ? 1UL : 0UL");

    // Control flow

    /// <summary>Goes on at the target of a direct branch.</summary>
    public abstract void Jump(BranchTarget target);

    /// <summary>Goes on at the target if a condition holds, else with the next instruction.</summary>
    /// <param name="condition">An expression of type <c>bool</c>.</param>
    /// <param name="target">The target.</param>
    public abstract void JumpIf(string condition, BranchTarget target);

    /// <summary>Goes on at an address that is known when the instruction runs.</summary>
    public abstract void JumpTo(Value address);

    /// <summary>The branch to an address that follows is tracked: its target must be ENDBR64 where indirect-branch tracking is on.</summary>
    public abstract void TrackBranch();

    /// <summary>ENDBR64: a tracker waits no longer.</summary>
    public abstract void EndTracking();

    /// <summary>The instruction may have made a tracker wait although it is no branch: the next one is begun as the target of one.</summary>
    public abstract void BranchTrackingChanged();

    /// <summary>Goes on where the machine has set RIP.</summary>
    public abstract void ContinueAtRip();

    /// <summary>The instruction changed what addresses mean (CR3, CR0, CR4): nothing known about memory holds any more, and the next fetch is checked.</summary>
    public abstract void TranslationsChanged();

    /// <summary>Ends the run as HLT does.</summary>
    public abstract void Halt();

    /// <summary>The instruction changed what data accesses are allowed (AC under SMAP).</summary>
    public abstract void PermissionsChanged();

    /// <summary>The FS or GS base may have changed.</summary>
    public abstract void SegmentBasesChanged();
}

/// <summary>A place in memory.</summary>
/// <param name="Segment">Encoding number of FS or GS, whose base is added; null for none.</param>
/// <param name="Offset">The address, or the offset from the segment's base.</param>
/// <param name="IsStack">Whether the access goes through SS: a non-canonical address is #SS(0) then, not #GP(0).</param>
internal readonly record struct MemoryAddress(int? Segment, Value Offset, bool IsStack = false)
{
    /// <summary>The linear address as an expression.</summary>
    public Value Linear => Segment switch
    {
        null => Offset,
        4 => Value.Of($"{Translation.System("FsBase")} + {Offset}"),
        5 => Value.Of($"{Translation.System("GsBase")} + {Offset}"),
        _ => Offset,
    };

    /// <summary>The place some bytes further.</summary>
    public MemoryAddress Plus(long bytes) => this with { Offset = Offset.Plus(bytes) };
}

/// <summary>What an operation of the machine uses of the state that <c>Run</c> keeps in locals.</summary>
/// <param name="Reads">General registers it reads, as a bit set by encoding number.</param>
/// <param name="Writes">General registers it writes.</param>
/// <param name="ReadsFlags">Whether it reads RFLAGS.</param>
/// <param name="WritesFlags">Whether it writes RFLAGS.</param>
/// <param name="ReplacesStatusFlags">Whether it reads none of the status flags and writes all of them: those that were not computed need not be.</param>
internal readonly record struct MachineEffects(
    int Reads = 0, int Writes = 0, bool ReadsFlags = false, bool WritesFlags = false, bool ReplacesStatusFlags = false);

/// <summary>Encoding numbers of the general registers that have a part of their own.</summary>
internal static class RegisterNumber
{
    public const int Rax = 0, Rcx = 1, Rdx = 2, Rbx = 3, Rsp = 4, Rbp = 5, Rsi = 6, Rdi = 7, R8 = 8, R11 = 11;

    /// <summary>Names by number, as the generated code spells its locals; capitalised they are members of <c>Reg</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];

    /// <summary>The member of <c>Reg</c>.</summary>
    public static string Member(int number) => char.ToUpperInvariant(Names[number][0]) + Names[number].Substring(1);
}
