namespace EntryGen.Asm.Instructions;

/// <summary>Operations the machine knows; <see cref="InstructionTable"/> has one row for each.</summary>
public enum Op
{
    /// <summary>An instruction that is read but not modelled: running it stops the machine.</summary>
    Unmodelled,
    /// <summary>NOP, with or without operand.</summary>
    Nop,
    /// <summary>MOV between general registers, memory and immediates.</summary>
    Mov,
}
