using EntryGen.Asm.Text;

namespace EntryGen.Asm.Instructions;

/// <summary>An operand of an instruction.</summary>
public abstract record Operand
{
    /// <summary>The characters it was written with.</summary>
    public TracedText Text { get; init; }

    /// <summary>The symbol whose address goes into it, or null. Those of branch targets are in <see cref="Instruction.Target"/>.</summary>
    public virtual SymbolReference? Symbol => null;
}

/// <summary><c>%rax</c></summary>
/// <param name="Register">The register.</param>
public sealed record RegisterOperand(Register Register) : Operand;

/// <summary><c>$expression</c>, sign-extended to 64 bits.</summary>
/// <param name="Value">The value; with a symbol, an addend.</param>
/// <param name="Symbol">The symbol whose address is added, or null.</param>
public sealed record ImmediateOperand(long Value, SymbolReference? Symbol) : Operand
{
    /// <inheritdoc/>
    public override SymbolReference? Symbol { get; } = Symbol;
}

/// <summary><c>segment:displacement(base,index,scale)</c></summary>
/// <param name="Segment">FS or GS override; null for none.</param>
/// <param name="Base">Base register; <see cref="Register.Rip"/> for RIP-relative, whose displacement is then the symbol's own address; null for none.</param>
/// <param name="Index">Index register or null.</param>
/// <param name="Scale">1, 2, 4 or 8.</param>
/// <param name="Displacement">Constant part, sign-extended.</param>
/// <param name="Symbol">The symbol whose address is added, or null.</param>
public sealed record MemoryOperand(Register? Segment, Register? Base, Register? Index, int Scale, long Displacement, SymbolReference? Symbol) : Operand
{
    /// <inheritdoc/>
    public override SymbolReference? Symbol { get; } = Symbol;
}

/// <summary>The destination of a direct jump or call; <see cref="Instruction.Target"/> says what it is.</summary>
/// <param name="Name">The label as written (<c>1f</c>, <c>.Lend_3</c>, <c>exc_nmi</c>).</param>
public sealed record LabelOperand(string Name) : Operand;

/// <summary><c>*operand</c> of an indirect jump or call.</summary>
/// <param name="Target">A register or memory operand that holds the address.</param>
public sealed record IndirectOperand(Operand Target) : Operand
{
    /// <inheritdoc/>
    public override SymbolReference? Symbol => Target.Symbol;
}

/// <summary>A symbol used as a number; the layout has given it an address.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its address, or offset for a per-CPU variable.</param>
public sealed record SymbolReference(string Name, ulong Address);
