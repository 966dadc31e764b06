using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>One access to memory that an instruction makes.</summary>
/// <param name="Address">The address as far as it is known.</param>
/// <param name="Width">Bytes.</param>
/// <param name="IsWrite">Whether it stores; an access that does both is two.</param>
/// <param name="Operand">The operand that names it; null for the stack of a push, pop, call or return.</param>
public readonly record struct MemoryAccess(AbstractValue Address, int Width, bool IsWrite, MemoryOperand? Operand)
{
    /// <summary>Whether it goes through the GS base.</summary>
    public bool IsThroughGs => Operand?.Segment is { Number: Gs };

    private const int Gs = 5;
}
