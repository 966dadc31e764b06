using EntryGen.Asm.Gas;

namespace EntryGen.Asm.Instructions;

/// <summary>An instruction as read: everything but the addresses of its symbols.</summary>
/// <param name="Info">Its row.</param>
/// <param name="Mnemonic">The mnemonic, lower case.</param>
/// <param name="Width">Operation width in bytes.</param>
/// <param name="SourceWidth">Source width of an extension, else 0.</param>
/// <param name="Condition">Condition, or null.</param>
/// <param name="Prefixes">Prefixes that matter.</param>
/// <param name="Operands">Operands in AT&amp;T order.</param>
/// <param name="Statement">Where it came from.</param>
internal sealed record InstructionSyntax(
    InstructionInfo Info,
    string Mnemonic,
    int Width,
    int SourceWidth,
    Condition? Condition,
    InstructionPrefixes Prefixes,
    IReadOnlyList<OperandSyntax> Operands,
    Statement Statement);
