namespace EntryGen.Asm.Instructions;

/// <summary>One row of the instruction table: everything about an operation that does not depend on its operands' values.</summary>
/// <remarks>Parser, flow analysis, emitter and docs all use this row; nobody keeps a second list of mnemonics.</remarks>
public sealed record InstructionInfo
{
    /// <summary>The operation.</summary>
    public required Op Op { get; init; }

    /// <summary>Name as in the SDM, upper case.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, one line in words, operands named <c>src</c>, <c>dst</c>.</summary>
    public required string Summary { get; init; }

    /// <summary>Where the SDM defines it.</summary>
    public required string Reference { get; init; }

    /// <summary>Mnemonics without width suffix, lower case, as GNU as accepts them.</summary>
    public required IReadOnlyList<string> Mnemonics { get; init; }

    /// <summary>Operand widths in bytes it exists in; the suffixes b w l q follow from it. Empty when it has no operand size.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Whether the mnemonics take size suffixes.</summary>
    public bool HasSuffixes { get; init; } = true;

    /// <summary>The width GNU as takes when neither a suffix nor a register gives one; 0 when there is no usual one: it then takes 32 bits with a warning.</summary>
    public int DefaultWidth { get; init; }

    /// <summary>How each operand, in AT&amp;T order from the last (destination) backwards, is used.</summary>
    public required IReadOnlyList<OperandUse> Uses { get; init; }

    /// <summary>Combinations of operands it accepts.</summary>
    public required IReadOnlyList<OperandForm> Forms { get; init; }

    /// <summary>Numbers of operands it can take.</summary>
    public required (int Least, int Most) OperandCount { get; init; }

    /// <summary>General registers read besides the operands, as a bit set by encoding number.</summary>
    public int ImplicitReads { get; init; }

    /// <summary>General registers written besides the operands, as a bit set by encoding number.</summary>
    public int ImplicitWrites { get; init; }

    /// <summary>Flags needed as input.</summary>
    public StatusFlags FlagsRead { get; init; }

    /// <summary>Flags given a defined value. For shifts by a count this is what holds for any count but 0.</summary>
    public StatusFlags FlagsWritten { get; init; }

    /// <summary>Flags left undefined.</summary>
    public StatusFlags FlagsUndefined { get; init; }

    /// <summary>Whether it can fault other than by a memory operand: by privilege, by a value, or by the stack or tables it uses.</summary>
    public bool CanFault { get; init; }

    /// <summary>Whether it is a serializing instruction (SDM vol. 3A 9.3).</summary>
    public bool IsSerializing { get; init; }

    /// <summary>How it changes control flow.</summary>
    public ControlFlow ControlFlow { get; init; }
}

/// <summary>How an operand is used.</summary>
[Flags]
public enum OperandUse
{
    /// <summary>Neither (the address of LEA and INVLPG).</summary>
    Address = 0,

    /// <summary>Read.</summary>
    Read = 1,

    /// <summary>Written.</summary>
    Write = 2,

    /// <summary>Read, then written.</summary>
    ReadWrite = 3,
}

/// <summary>Flags that instructions compute or consume, at their places in RFLAGS.</summary>
[Flags]
public enum StatusFlags
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Carry.</summary>
    CF = 0x001,
    /// <summary>Parity.</summary>
    PF = 0x004,
    /// <summary>Auxiliary carry.</summary>
    AF = 0x010,
    /// <summary>Zero.</summary>
    ZF = 0x040,
    /// <summary>Sign.</summary>
    SF = 0x080,
    /// <summary>Interrupt enable.</summary>
    IF = 0x200,
    /// <summary>Direction.</summary>
    DF = 0x400,
    /// <summary>Overflow.</summary>
    OF = 0x800,
    /// <summary>Alignment check / SMAP override.</summary>
    AC = 0x40000,
    /// <summary>The six arithmetic flags.</summary>
    Arithmetic = CF | PF | AF | ZF | SF | OF,
}

/// <summary>What follows an instruction.</summary>
public enum ControlFlow
{
    /// <summary>The next instruction.</summary>
    Sequential,
    /// <summary>The target.</summary>
    Jump,
    /// <summary>The target or the next instruction.</summary>
    ConditionalJump,
    /// <summary>The target; the next instruction on return.</summary>
    Call,
    /// <summary>What the stack says (RET).</summary>
    Return,
    /// <summary>What an interrupt frame says (IRET).</summary>
    InterruptReturn,
    /// <summary>User mode (SYSRET, SYSEXIT).</summary>
    SystemReturn,
    /// <summary>An event handler (INT3, UD2, INT n, SYSCALL, SYSENTER).</summary>
    Trap,
    /// <summary>Nothing until an event (HLT).</summary>
    Halt,
}
