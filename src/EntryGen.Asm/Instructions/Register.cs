namespace EntryGen.Asm.Instructions;

/// <summary>The kind of a register.</summary>
public enum RegisterClass
{
    /// <summary>RAX to R15 in any width.</summary>
    General,

    /// <summary>ES CS SS DS FS GS.</summary>
    Segment,

    /// <summary>CR0 CR2 CR3 CR4 CR8.</summary>
    Control,

    /// <summary>DR0 to DR7.</summary>
    Debug,

    /// <summary>RIP as a base.</summary>
    InstructionPointer,
}

/// <summary>A register as an operand names it.</summary>
/// <param name="Class">What it is.</param>
/// <param name="Number">Encoding number: 0 RAX, 1 RCX, 2 RDX, 3 RBX, 4 RSP, 5 RBP, 6 RSI, 7 RDI, 8 R8 ...; 0 ES, 1 CS, 2 SS, 3 DS, 4 FS, 5 GS; n of CRn and DRn.</param>
/// <param name="Width">Bytes accessed: 1, 2, 4 or 8.</param>
/// <param name="HighByte">AH, CH, DH or BH: bits 15 to 8 of number 0 to 3.</param>
public sealed record Register(RegisterClass Class, int Number, int Width, bool HighByte = false)
{
    /// <summary>RIP, only as the base of a memory operand.</summary>
    public static readonly Register Rip = new(RegisterClass.InstructionPointer, 0, 8);
}
