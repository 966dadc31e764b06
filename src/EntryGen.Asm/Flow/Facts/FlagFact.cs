using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>A system flag that user mode can set is clear: the hardware or the code cleared it, or a test showed it clear.</summary>
/// <param name="bit">Its position in RFLAGS.</param>
internal sealed class FlagFact(int bit) : Fact
{
    /// <summary>Its position in RFLAGS.</summary>
    public int Bit { get; } = bit;

    /// <inheritdoc/>
    public override bool HoldsAt(Scenario scenario) => scenario.State.Flags.System.Bit(Bit) == false;

    /// <inheritdoc/>
    public override FactEffect? EffectOf(Instruction instruction) =>
        instruction.Info.Op is Op.Popf or Op.Iret or Op.Clac or Op.Stac or Op.Cld or Op.Std or Op.Cli or Op.Sti ? null : FactEffect.None;

    /// <inheritdoc/>
    public override FactEffect Of(StateNode node, Instruction instruction, AbstractCpu cpu) => cpu.Flags.System.Bit(Bit) switch
    {
        false => FactEffect.Set,
        true => FactEffect.Clear,
        null => instruction.Info.Op is Op.Popf or Op.Iret ? FactEffect.Clear : FactEffect.None,
    };

    /// <inheritdoc/>
    public override bool MayChangeBehind(Instruction compare) =>
        compare is { Info.Op: Op.Test, Operands: [ImmediateOperand { Symbol: null, Value: var mask }, _] } && (mask >> Bit & 1) != 0;

    /// <inheritdoc/>
    public override FactEffect OnBranch(DecidedBranch branch, bool isEqual) =>
        isEqual && branch.Compare.Info.Op == Op.Test && branch is { Left.Origin.Kind: OriginKind.EntryFlags, Right: { IsConstant: true, KnownBits: var mask } } && (mask >> Bit & 1) != 0
            ? FactEffect.Set
            : FactEffect.None;
}

/// <summary>CLAC has run.</summary>
internal sealed class ClacFact : Fact
{
    /// <inheritdoc/>
    public override FactEffect? EffectOf(Instruction instruction) => instruction.Info.Op == Op.Clac ? FactEffect.Set : FactEffect.None;
}
