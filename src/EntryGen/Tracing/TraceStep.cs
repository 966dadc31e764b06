namespace EntryGen.Tracing;

/// <summary>What a line of a trace is about.</summary>
public enum TraceStepKind
{
    /// <summary>An instruction of the unit.</summary>
    Instruction,

    /// <summary>An external function, from its call to its return.</summary>
    Function,

    /// <summary>An event that the processor delivered, or the instruction of another program that led into the unit.</summary>
    Event,
}

/// <summary>A write to CR3.</summary>
/// <param name="Value">The operand, with bit 63.</param>
/// <param name="NoFlush">Bit 63 was set: the entries of the PCID may be kept.</param>
/// <param name="SameValue">The register held the value (but for bit 63) before.</param>
public readonly record struct Cr3Write(ulong Value, bool NoFlush, bool SameValue);

/// <summary>One line of a trace. The lanes show the state after it.</summary>
public sealed record TraceStep
{
    /// <summary>Position in the trace, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>What it is.</summary>
    public required TraceStepKind Kind { get; init; }

    /// <summary>The address of the instruction or function; for an event the address to which it leads.</summary>
    public required VirtualAddress Address { get; init; }

    /// <summary>The address as a symbol and a distance; the plain number when no symbol is near.</summary>
    public required string Location { get; init; }

    /// <summary>file:line of the outermost source line; empty for what has no source.</summary>
    public string Source { get; init; } = "";

    /// <summary>The instruction as written, the function's name, or the event in words.</summary>
    public required string Text { get; init; }

    /// <summary>The macros an instruction came through, outermost first, each NAME@file:line.</summary>
    public IReadOnlyList<string> MacroStack { get; init; } = [];

    /// <summary>The state afterwards.</summary>
    public required Lanes Lanes { get; init; }

    /// <summary>What of it is new.</summary>
    public LaneChanges Changes { get; init; }

    /// <summary>The write to CR3, if it made one.</summary>
    public Cr3Write? Cr3Write { get; init; }

    /// <summary>Reads and writes of memory that the instruction made as operands.</summary>
    public int MemoryAccesses { get; init; }

    /// <summary>Words copied from one stack to another.</summary>
    public int CopiedWords { get; init; }
}
