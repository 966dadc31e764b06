using EntryGen.Asm.Gas;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm;

/// <summary>One instruction with everything known about it before it runs.</summary>
public sealed class Instruction : CodeItem
{
    /// <summary>Its row in the instruction table.</summary>
    public required InstructionInfo Info { get; init; }

    /// <summary>The mnemonic as written, lower case.</summary>
    public required string Mnemonic { get; init; }

    /// <summary>Operation width in bytes: 1, 2, 4 or 8 (16 for CMPXCHG16B). For pushes, pops and branches in 64-bit mode 8; 8 too when there is no operand size.</summary>
    public required int Width { get; init; }

    /// <summary>Width in bytes of the source of a sign or zero extension; equal to <see cref="Width"/> for everything else.</summary>
    public int SourceWidth
    {
        get => field == 0 ? Width : field;
        init;
    }

    /// <summary>Prefixes written before the mnemonic or encoded before it.</summary>
    public InstructionPrefixes Prefixes { get; init; }

    /// <summary>Condition of a conditional jump, set or move; null otherwise.</summary>
    public Condition? Condition { get; init; }

    /// <summary>Operands in AT&amp;T order: sources first, destination last.</summary>
    public IReadOnlyList<Operand> Operands { get; internal set; } = [];

    /// <summary>For direct jumps and calls: where to.</summary>
    public BranchTarget? Target { get; internal set; }

    /// <summary>The kernel's thunk that it was written as a branch to (<c>__x86_return_thunk</c> of a RET, <c>__x86_indirect_thunk_rbx</c> of a call); null when it was written as what it is.</summary>
    public string? Thunk { get; init; }

    /// <summary>Handler to which a fault in this instruction goes, from the exception table; null when it has none.</summary>
    public ExceptionEdge? ExceptionHandler { get; internal set; }

    /// <summary>The statement it came from: text, source line, macro stack. For code hidden in <c>.byte</c> the directive.</summary>
    public required Statement Statement { get; init; }

    /// <summary>The symbols that it names, each once: of operands, of an external branch target, of the thunk it goes through.</summary>
    /// <remarks>A label of the Program that is branched to is not among them: <see cref="Target"/> has the item.</remarks>
    public IEnumerable<string> SymbolNames()
    {
        var names = Operands.Select(operand => operand.Symbol?.Name);
        return names.Append(Target?.External?.Name).Append(Thunk).OfType<string>().Distinct(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => Statement.Text.Text;
}

/// <summary>Prefixes that change what an instruction does. Those that do not (CS and DS on branches, NOTRACK) are not kept.</summary>
[Flags]
public enum InstructionPrefixes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>LOCK: the access is atomic and a full fence.</summary>
    Lock = 1,

    /// <summary>REP or REPE of a string operation.</summary>
    Repeat = 2,

    /// <summary>REPNE of a string operation.</summary>
    RepeatNotEqual = 4,

    /// <summary>NOTRACK of a near indirect branch.</summary>
    NoTrack = 8,
}

/// <summary>Where a direct jump or call goes: into this Program, or to an external symbol.</summary>
/// <param name="Item">The item reached, or null.</param>
/// <param name="External">The external symbol reached, or null.</param>
public sealed record BranchTarget(CodeItem? Item, ExternalSymbol? External);

/// <summary>An entry of __ex_table.</summary>
/// <param name="Handler">Where control goes.</param>
/// <param name="Type">The kernel's handler type number, 0 or 1 for the plain fixup.</param>
public sealed record ExceptionEdge(CodeItem Handler, int Type);
