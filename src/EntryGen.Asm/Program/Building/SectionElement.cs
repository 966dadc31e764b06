using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>Something that takes up space in a section.</summary>
/// <param name="sequence">The statement that put it there.</param>
internal abstract class SectionElement(int sequence)
{
    /// <summary>The <see cref="Gas.Statement.Sequence"/> of its statement: labels before it have a smaller one.</summary>
    public int Sequence { get; } = sequence;
}

/// <summary>An instruction.</summary>
internal sealed class CodeElement(InstructionSyntax syntax) : SectionElement(syntax.Statement.Sequence)
{
    /// <summary>The instruction as read.</summary>
    public InstructionSyntax Syntax { get; } = syntax;

    /// <summary>The node it became.</summary>
    public Instruction? Item { get; set; }
}

/// <summary>Bytes, or an alignment (no values).</summary>
internal sealed class DataElement(int sequence, IReadOnlyList<DataValue> values, int alignment = 1) : SectionElement(sequence)
{
    /// <summary>The values in order.</summary>
    public IReadOnlyList<DataValue> Values { get; } = values;

    /// <summary>What the element's address is a multiple of.</summary>
    public int Alignment { get; } = alignment;

    /// <summary>Number of bytes.</summary>
    public int Size { get; } = values.Sum(value => value.Size);

    /// <summary>Its place, once the layout has given it one.</summary>
    public ulong? Address { get; set; }
}

/// <summary>A number of a data directive.</summary>
/// <param name="Size">Bytes it takes, least significant first.</param>
/// <param name="Value">Its value, maybe an address.</param>
internal readonly record struct DataValue(int Size, ExpressionValue Value);
