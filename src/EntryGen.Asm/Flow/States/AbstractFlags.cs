using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.States;

/// <summary>RFLAGS as far as it is known: the arithmetic flags one by one, the system flags as a value that can be pushed and popped.</summary>
/// <param name="Known">Arithmetic flags that are known.</param>
/// <param name="Set">Those of them that are set.</param>
/// <param name="System">RFLAGS without the arithmetic flags, whose bits mean nothing here.</param>
public readonly record struct AbstractFlags(StatusFlags Known, StatusFlags Set, AbstractValue System)
{
    /// <summary>Bits of RFLAGS by position.</summary>
    public const int TrapBit = 8, InterruptBit = 9, DirectionBit = 10, NestedTaskBit = 14, AlignmentCheckBit = 18;

    /// <summary>These flags with an arithmetic flag known, or not.</summary>
    public AbstractFlags With(StatusFlags flag, bool? value) => this with
    {
        Known = value is null ? Known & ~flag : Known | flag,
        Set = value == true ? Set | flag : Set & ~flag,
    };

    /// <summary>These flags with nothing known about some arithmetic flags.</summary>
    public AbstractFlags Forget(StatusFlags flags) => this with { Known = Known & ~flags, Set = Set & ~flags };

    /// <summary>These flags with a system flag known.</summary>
    public AbstractFlags WithSystem(int bit, bool value) => this with { System = System.With(1UL << bit, value ? 1UL << bit : 0) };

    /// <summary>These flags with nothing known about some system flags, for where nobody asks: what their bits say then means nothing.</summary>
    public AbstractFlags ForgetSystem(StatusFlags flags) =>
        (System.KnownMask & (ulong)flags) == 0 || System.IsConstant ? this
        : this with { System = System with { KnownMask = System.KnownMask & ~(ulong)flags, KnownBits = System.KnownBits & ~(ulong)flags } };

    /// <summary>The flags that follow from a result alone: ZF and SF known as far as the result is, the rest not.</summary>
    public AbstractFlags OfResult(AbstractValue result, int width) => Forget(StatusFlags.Arithmetic)
        .With(StatusFlags.ZF, IsZero(result, width))
        .With(StatusFlags.SF, result.Bit((width * 8) - 1));

    /// <summary>Whether a condition holds, if that is known.</summary>
    public bool? Holds(Condition condition)
    {
        var positive = (Condition)((int)condition & ~1) switch
        {
            Condition.O => Flag(StatusFlags.OF),
            Condition.B => Flag(StatusFlags.CF),
            Condition.E => Flag(StatusFlags.ZF),
            Condition.BE => Or(Flag(StatusFlags.CF), Flag(StatusFlags.ZF)),
            Condition.S => Flag(StatusFlags.SF),
            Condition.P => Flag(StatusFlags.PF),
            Condition.L => Differ(Flag(StatusFlags.SF), Flag(StatusFlags.OF)),
            _ => Or(Flag(StatusFlags.ZF), Differ(Flag(StatusFlags.SF), Flag(StatusFlags.OF))),
        };
        return ((int)condition & 1) == 0 ? positive : !positive;
    }

    /// <summary>These flags where a condition holds, or does not: behind a conditional jump.</summary>
    public AbstractFlags Assuming(Condition condition, bool holds) => (Condition)((int)condition & ~1) switch
    {
        Condition.O => With(StatusFlags.OF, holds == IsPositive(condition)),
        Condition.B => With(StatusFlags.CF, holds == IsPositive(condition)),
        Condition.E => With(StatusFlags.ZF, holds == IsPositive(condition)),
        Condition.S => With(StatusFlags.SF, holds == IsPositive(condition)),
        Condition.P => With(StatusFlags.PF, holds == IsPositive(condition)),
        Condition.BE when holds != IsPositive(condition) => With(StatusFlags.CF, false).With(StatusFlags.ZF, false),
        _ => this,
    };

    /// <summary>An arithmetic flag, if it is known.</summary>
    public bool? Flag(StatusFlags flag) => (Known & flag) == 0 ? null : (Set & flag) != 0;

    /// <summary>What these and other flags have in common.</summary>
    public AbstractFlags Join(AbstractFlags other)
    {
        var known = Known & other.Known & ~(Set ^ other.Set);
        return new AbstractFlags(known, Set & known, System.Join(other.System));
    }

    /// <summary>RFLAGS as PUSHF and interrupts store it.</summary>
    public AbstractValue ToValue() => System with { KnownMask = System.KnownMask & ~(ulong)StatusFlags.Arithmetic, KnownBits = System.KnownBits & ~(ulong)StatusFlags.Arithmetic };

    // Of each pair of conditions the one that is not a negation has the even number.
    private static bool IsPositive(Condition condition) => ((int)condition & 1) == 0;

    private static bool? IsZero(AbstractValue result, int width) => result.ZeroExtend(width).IsZero;

    private static bool? Or(bool? left, bool? right) => left == true || right == true ? true : left == false && right == false ? false : null;

    private static bool? Differ(bool? left, bool? right) => left is null || right is null ? null : left != right;
}
