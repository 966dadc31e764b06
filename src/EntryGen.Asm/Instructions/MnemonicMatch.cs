namespace EntryGen.Asm.Instructions;

/// <summary>What a mnemonic can mean before its operands are looked at.</summary>
/// <param name="Rows">The rows of the table that it names; operands decide between several.</param>
/// <param name="Width">The width that its spelling states, 0 for none.</param>
/// <param name="SourceWidth">The source width that the spelling of a sign or zero extension states, 0 for none.</param>
/// <param name="Condition">The condition it names, or null.</param>
internal readonly record struct MnemonicMatch(IReadOnlyList<InstructionInfo> Rows, int Width, int SourceWidth, Condition? Condition);
