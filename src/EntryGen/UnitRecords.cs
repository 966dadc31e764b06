namespace EntryGen;

/// <summary>A start label of a unit.</summary>
/// <param name="Name">The label.</param>
/// <param name="Address">Its first instruction.</param>
/// <param name="Kind">How it is reached.</param>
/// <param name="Vector">The IDT vector that was declared for it; null for none.</param>
public sealed record UnitEntry(string Name, ulong Address, EntryKind Kind, byte? Vector = null);

/// <summary>What an external symbol is.</summary>
public enum ExternalKind
{
    /// <summary>Code: a C function.</summary>
    Function,

    /// <summary>A variable with one copy per CPU; the address is an offset from the per-CPU base.</summary>
    PerCpu,

    /// <summary>Other data.</summary>
    Data,
}

/// <summary>A symbol that the unit uses and does not define.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Address">Its linear address; for <see cref="ExternalKind.PerCpu"/> the offset from the per-CPU base.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="UserMapped">Whether the user page table maps it.</param>
public sealed record UnitExternal(string Name, ExternalKind Kind, ulong Address, ulong Size, bool UserMapped);

/// <summary>A section of a unit.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its linear address.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Executable">Whether it holds code.</param>
/// <param name="UserMapped">Whether the user page table maps it.</param>
/// <param name="Data">Initial contents; empty means zeros.</param>
public sealed record UnitSection(string Name, ulong Address, ulong Size, bool Executable, bool UserMapped, ReadOnlyMemory<byte> Data);

/// <summary>An instruction as it was written.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Text">The instruction after macro expansion.</param>
/// <param name="Source">file:line of the instruction in its outermost source line.</param>
/// <param name="MacroStack">The macros it came through, outermost first, each NAME@file:line, separated by blanks; empty outside of macros.</param>
public sealed record UnitInstruction(ulong Address, string Text, string Source, string MacroStack);

/// <summary>A record of the exception table: where the kernel's fault handlers continue after a fault of an instruction.</summary>
/// <param name="Fault">The instruction's address.</param>
/// <param name="Landing">Where to go.</param>
/// <param name="Type">The kernel's EX_TYPE_ number.</param>
public sealed record UnitFixup(ulong Fault, ulong Landing, int Type)
{
    /// <summary>EX_TYPE_DEFAULT: nothing but to continue there.</summary>
    public const int DefaultType = 1;
}

/// <summary>An address in terms of a symbol.</summary>
/// <param name="Symbol">The nearest symbol at or before the address.</param>
/// <param name="Offset">The distance in bytes.</param>
public readonly record struct UnitLocation(string Symbol, ulong Offset)
{
    /// <inheritdoc/>
    public override string ToString() => Offset == 0 ? Symbol : $"{Symbol}+0x{Offset:x}";
}
