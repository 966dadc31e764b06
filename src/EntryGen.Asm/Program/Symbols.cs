using EntryGen.Asm.Text;

namespace EntryGen.Asm;

/// <summary>A label of the Program.</summary>
/// <param name="Name">Its name as written.</param>
/// <param name="Item">The code it stands before; null for data.</param>
/// <param name="Section">Its section.</param>
/// <param name="Address">The address the layout gives it.</param>
/// <param name="IsGlobal">Visible to other units.</param>
/// <param name="Definition">Where it was written.</param>
public sealed record ProgramSymbol(string Name, CodeItem? Item, string Section, ulong Address, bool IsGlobal, SourceSpan? Definition);

/// <summary>How a symbol that the Program does not define is used.</summary>
public enum ExternalKind
{
    /// <summary>Called or jumped to: a function written in C, modelled in C#.</summary>
    Function,

    /// <summary>Read or written through %gs: a per-CPU variable; its value is an offset from the per-CPU base.</summary>
    PerCpu,

    /// <summary>Read, written or its address taken.</summary>
    Data,
}

/// <summary>A symbol that the Program uses and does not define.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">How it is used.</param>
/// <param name="Address">The address (or per-CPU offset) the layout gives it.</param>
/// <param name="Size">Bytes reserved for it; 0 for a function.</param>
/// <param name="UserMapped">Whether the user half of the page tables maps it under page-table isolation.</param>
public sealed record ExternalSymbol(string Name, ExternalKind Kind, ulong Address, int Size, bool UserMapped);

/// <summary>A section that holds code, or data that code refers to.</summary>
/// <param name="Name">The name given to <c>.section</c>.</param>
/// <param name="Address">Its start.</param>
/// <param name="Size">Bytes from the start to the end of its last item.</param>
/// <param name="Executable">Holds code.</param>
/// <param name="UserMapped">Whether the user half of the page tables maps it (entry text).</param>
/// <param name="Data">Initial bytes of a data section; empty for code, which is executed from the Program and not from memory.</param>
public sealed record CodeSection(string Name, ulong Address, int Size, bool Executable, bool UserMapped, IReadOnlyList<byte> Data)
{
    /// <summary>Bytes that the layout gives each instruction: 16, or a smaller power of two where the source says where code has to stand.</summary>
    public int InstructionSize { get; init; } = 16;
}
