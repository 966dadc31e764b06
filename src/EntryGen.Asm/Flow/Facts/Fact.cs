using EntryGen.Asm.Flow.States;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>Something that code does once and that then holds: a fence, a mitigation, a check. <see cref="FactFlow"/> says where it holds on every path.</summary>
internal abstract class Fact
{
    /// <summary>Whether it holds when an entry is reached.</summary>
    public virtual bool HoldsAt(Scenario scenario) => false;

    /// <summary>What an instruction does to it in any state; null when that depends on the state, and <see cref="Of"/> says.</summary>
    public abstract FactEffect? EffectOf(Instruction instruction);

    /// <summary>What an instruction does to it in a state.</summary>
    /// <param name="node">The node the instruction belongs to.</param>
    /// <param name="instruction">The instruction.</param>
    /// <param name="cpu">The state after it, with the accesses it made.</param>
    public virtual FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) => EffectOf(instruction) ?? FactEffect.None;

    /// <summary>Whether <see cref="OnBranch"/> may have something to say of a jump behind this CMP or TEST.</summary>
    public virtual bool MayChangeBehind(Instruction compare) => false;

    /// <summary>What it does to the fact that a conditional jump was decided one way.</summary>
    /// <param name="branch">The jump and what it was decided by.</param>
    /// <param name="isEqual">Whether the two values that were compared are equal, or the tested bits all clear, on this way.</param>
    public virtual FactEffect OnBranch(DecidedBranch branch, bool isEqual) => FactEffect.None;
}

/// <summary>What an instruction does to a fact.</summary>
internal enum FactEffect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It holds now.</summary>
    Set,

    /// <summary>It does not hold any more.</summary>
    Clear,

    /// <summary>It does not matter from here on, and counts as holding: what it was needed for has happened.</summary>
    Expire,
}

/// <summary>A JE or JNE behind a CMP or TEST.</summary>
/// <param name="Compare">The CMP or TEST.</param>
/// <param name="Left">The value of its last operand (AT&amp;T order).</param>
/// <param name="Right">The value of its first operand.</param>
/// <param name="LeftAddress">Where the last operand lies in memory; null for a register.</param>
internal sealed record DecidedBranch(Instruction Compare, AbstractValue Left, AbstractValue Right, AbstractValue? LeftAddress);
