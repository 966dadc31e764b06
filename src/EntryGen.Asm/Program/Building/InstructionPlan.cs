using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Building;

/// <summary>An instruction between reading and layout: the node, what was read, and where a direct branch goes.</summary>
/// <param name="Item">The node.</param>
/// <param name="Operands">Its operands; a branch through a thunk has those of the branch it stands for.</param>
/// <param name="Unit">The unit in which its symbols have their meaning.</param>
/// <param name="Target">Where a direct branch goes.</param>
internal sealed record InstructionPlan(Instruction Item, IReadOnlyList<OperandSyntax> Operands, UnitContent Unit, SymbolTarget? Target);
