using EntryGen.Asm.Gas.Expressions;
using EntryGen.Asm.Text;

namespace EntryGen.Asm.Instructions;

/// <summary>An operand as read: symbols have no address yet.</summary>
/// <param name="Text">The characters it was written with.</param>
internal abstract record OperandSyntax(TracedText Text)
{
    /// <summary>Every kind that a row of the table could take it for, whatever the width.</summary>
    public abstract OperandKinds Kinds { get; }
}

/// <summary><c>%rax</c></summary>
internal sealed record RegisterSyntax(Register Register, TracedText Text) : OperandSyntax(Text)
{
    /// <summary>Written <c>(%dx)</c>: nothing but the number of a port.</summary>
    public bool IsPort { get; init; }

    public override OperandKinds Kinds => Register.Class switch
    {
        RegisterClass.Segment => OperandKinds.Segment,
        RegisterClass.Control => OperandKinds.Control,
        RegisterClass.Debug => OperandKinds.Debug,
        RegisterClass.General => IsPort ? OperandKinds.Port : GeneralKinds,
        _ => OperandKinds.None,
    };

    private OperandKinds GeneralKinds
    {
        get
        {
            var kinds = OperandKinds.Register | OperandKinds.AnyRegister;
            kinds |= Register.Width == 8 ? OperandKinds.Register64 : OperandKinds.None;
            kinds |= Register is { Number: 0, HighByte: false } ? OperandKinds.Accumulator : OperandKinds.None;
            kinds |= Register is { Number: 1, Width: 1, HighByte: false } ? OperandKinds.Count : OperandKinds.None;
            kinds |= Register.Width == 2 ? OperandKinds.Register16 : OperandKinds.None;
            kinds |= Register is { Number: 2, Width: 2 } ? OperandKinds.Port : OperandKinds.None;
            return kinds;
        }
    }
}

/// <summary><c>$expression</c></summary>
internal sealed record ImmediateSyntax(ExpressionValue Value, TracedText Text) : OperandSyntax(Text)
{
    public override OperandKinds Kinds => OperandKinds.Immediate | OperandKinds.Immediate64 | OperandKinds.ImmediateByte | OperandKinds.ImmediateWord;
}

/// <summary><c>segment:displacement(base,index,scale)</c></summary>
/// <param name="Segment">FS or GS, or null.</param>
/// <param name="Base">Base or null.</param>
/// <param name="Index">Index or null.</param>
/// <param name="Scale">1, 2, 4 or 8.</param>
/// <param name="Displacement">The displacement; a constant 0 when none is written.</param>
/// <param name="Text">The characters it was written with.</param>
/// <param name="IsBare">Nothing but an expression: a label when the instruction is a branch.</param>
internal sealed record MemorySyntax(Register? Segment, Register? Base, Register? Index, int Scale, ExpressionValue Displacement, bool IsBare, TracedText Text)
    : OperandSyntax(Text)
{
    public override OperandKinds Kinds => IsBare ? OperandKinds.Memory | OperandKinds.Label : OperandKinds.Memory;
}

/// <summary><c>*operand</c></summary>
internal sealed record IndirectSyntax(OperandSyntax Target, TracedText Text) : OperandSyntax(Text)
{
    public override OperandKinds Kinds => Target is MemorySyntax ? OperandKinds.Indirect | OperandKinds.IndirectMemory : OperandKinds.Indirect;
}
