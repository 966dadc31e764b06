namespace EntryGen.Asm.Flow.States;

/// <summary>A 64-bit value as far as it is known: <c>(origin + offset)</c> with some of its bits replaced by known ones.</summary>
/// <remarks>
/// Masking and setting bits by constants, the whole of what entry code does to CR3, loses nothing: the CR3 at entry with bits 11 and 12
/// cleared has the origin <see cref="OriginKind.EntryCr3"/>, and is equal to every other value made the same way.
/// </remarks>
/// <param name="Origin">Where the bits outside <paramref name="KnownMask"/> come from.</param>
/// <param name="Offset">What is added to the origin.</param>
/// <param name="KnownMask">The bits that are known.</param>
/// <param name="KnownBits">Their values; 0 outside the mask.</param>
public readonly record struct AbstractValue(ValueOrigin Origin, long Offset, ulong KnownMask, ulong KnownBits)
{
    private const ulong UpperHalf = 0xFFFF_FFFF_0000_0000;

    /// <summary>Nothing is known.</summary>
    public static AbstractValue Unknown => default;

    /// <summary>Whether every bit is known.</summary>
    public bool IsConstant => KnownMask == ulong.MaxValue;

    /// <summary>Whether it is an origin plus a number, no bit replaced: what a pointer into an object is.</summary>
    public bool IsPointer => KnownMask == 0 && Origin.Kind != OriginKind.Unknown;

    /// <summary>A known value.</summary>
    public static AbstractValue Constant(ulong value) => new(new ValueOrigin(OriginKind.Constant), 0, ulong.MaxValue, value);

    /// <summary>An origin plus a number.</summary>
    public static AbstractValue Of(OriginKind kind, int detail = 0, long offset = 0) => new(new ValueOrigin(kind, detail), offset, 0, 0);

    /// <summary>A place on a stack, by its distance from the end (negative, the stack grows down).</summary>
    public static AbstractValue OnStack(StackObject stack, long offset) => Of(OriginKind.StackTop, (int)stack, offset);

    /// <summary>The stack it points into, or null.</summary>
    public StackObject? Stack => IsPointer && Origin.Kind == OriginKind.StackTop ? (StackObject)Origin.Detail : null;

    /// <inheritdoc/>
    public bool Equals(AbstractValue other) => Origin == other.Origin && Offset == other.Offset && KnownMask == other.KnownMask && KnownBits == other.KnownBits;

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = unchecked((ulong)Origin.GetHashCode() ^ ((ulong)Offset * 0x9E37_79B9_7F4A_7C15) ^ (KnownMask * 0xC2B2_AE3D_27D4_EB4F) ^ (KnownBits * 0x1656_67B1_9E37_79F9));
        return (int)(hash ^ (hash >> 32));
    }

    /// <summary>Whether this and another value are certainly equal.</summary>
    public bool IsSameAs(AbstractValue other) => this == other && (IsConstant || Origin.Kind != OriginKind.Unknown);

    /// <summary>This value with some bits known.</summary>
    public AbstractValue With(ulong mask, ulong bits)
    {
        var known = KnownMask | mask;
        var value = (KnownBits & ~mask) | (bits & mask);
        return known == ulong.MaxValue ? Constant(value) : this with { KnownMask = known, KnownBits = value };
    }

    /// <summary>Whether a bit is set, if that is known. The highest bit of an address says whose half of the address space it lies in.</summary>
    public bool? Bit(int index) =>
        (KnownMask >> index & 1) != 0 ? (KnownBits >> index & 1) != 0
        : index == 63 ? IsKernelAddress(Origin)
        : null;

    /// <summary>Whether it is zero, if that is known.</summary>
    public bool? IsZero => KnownBits != 0 ? false : IsConstant ? true : null;

    /// <summary>What this and another value have in common.</summary>
    public AbstractValue Join(AbstractValue other)
    {
        if (this == other)
        {
            return this;
        }

        var common = KnownMask & other.KnownMask & ~(KnownBits ^ other.KnownBits);
        var bits = KnownBits & common;
        return Origin == other.Origin && Offset == other.Offset && Origin.Kind != OriginKind.Constant
            ? (this with { KnownMask = common, KnownBits = bits }).WithoutOwn(this, other, common)
            : new AbstractValue(default, 0, common, bits);
    }

    /// <summary>Whether every value this one stands for is one that another stands for, so that it can take its place.</summary>
    public bool IsCoveredBy(AbstractValue other) => Join(other) == other;

    /// <summary>The sum.</summary>
    public AbstractValue Add(AbstractValue other)
    {
        if (IsConstant && other.IsConstant)
        {
            return Constant(KnownBits + other.KnownBits);
        }

        if (other.IsConstant && KnownMask == 0)
        {
            return this with { Offset = Offset + (long)other.KnownBits };
        }

        if (IsConstant && other.KnownMask == 0)
        {
            return other with { Offset = other.Offset + (long)KnownBits };
        }

        return LowBits(KnownMask & other.KnownMask, KnownBits + other.KnownBits);
    }

    /// <summary>The difference.</summary>
    public AbstractValue Subtract(AbstractValue other)
    {
        if (IsPointer && other.IsPointer && Origin == other.Origin)
        {
            return Constant((ulong)(Offset - other.Offset));
        }

        return IsSameAs(other) ? Constant(0)
            : other.IsConstant ? Add(Constant(0 - other.KnownBits))
            : LowBits(KnownMask & other.KnownMask, KnownBits - other.KnownBits);
    }

    /// <summary>Bitwise and.</summary>
    public AbstractValue And(AbstractValue other)
    {
        if (IsSameAs(other))
        {
            return this;
        }

        if (other.IsConstant)
        {
            return Masked(other.KnownBits);
        }

        if (IsConstant)
        {
            return other.Masked(KnownBits);
        }

        var zeros = (KnownMask & ~KnownBits) | (other.KnownMask & ~other.KnownBits);
        var ones = KnownBits & other.KnownBits;
        return new AbstractValue(default, 0, 0, 0).With(zeros | ones, ones);
    }

    /// <summary>Bitwise or.</summary>
    public AbstractValue Or(AbstractValue other)
    {
        if (IsSameAs(other))
        {
            return this;
        }

        if (other.IsConstant)
        {
            return With(other.KnownBits, other.KnownBits);
        }

        if (IsConstant)
        {
            return other.With(KnownBits, KnownBits);
        }

        var ones = KnownBits | other.KnownBits;
        return Unknown.With(ones | (KnownMask & other.KnownMask), ones);
    }

    /// <summary>Bitwise exclusive or.</summary>
    public AbstractValue Xor(AbstractValue other) =>
        IsSameAs(other) ? Constant(0)
        : other.IsConstant && other.KnownBits == 0 ? this
        : IsConstant && KnownBits == 0 ? other
        : Unknown.With(KnownMask & other.KnownMask, KnownBits ^ other.KnownBits);

    /// <summary>Bitwise complement.</summary>
    public AbstractValue Not() => Unknown.With(KnownMask, ~KnownBits);

    /// <summary>Shifted left, zeros from the right.</summary>
    public AbstractValue ShiftLeft(int count) => count == 0 ? this : Unknown.With((KnownMask << count) | ((1UL << count) - 1), KnownBits << count);

    /// <summary>Shifted right, zeros from the left.</summary>
    public AbstractValue ShiftRight(int count) => count == 0 ? this : Unknown.With((KnownMask >> count) | ~(ulong.MaxValue >> count), KnownBits >> count);

    /// <summary>The low bytes, the rest zero.</summary>
    /// <param name="width">1, 2, 4 or 8.</param>
    public AbstractValue ZeroExtend(int width) => width >= 8 ? this : With(~Mask(width), 0);

    /// <summary>The low bytes, the rest like their highest bit.</summary>
    /// <param name="width">1, 2, 4 or 8.</param>
    public AbstractValue SignExtend(int width) => width >= 8 ? this : Bit((width * 8) - 1) switch
    {
        true => With(~Mask(width), ulong.MaxValue),
        false => With(~Mask(width), 0),
        null when Origin.Kind == OriginKind.EntryRegister && Offset == 0 && width == 4 && (KnownMask & Mask(width)) == 0 => Of(OriginKind.SignExtendedRegister, Origin.Detail),
        null => Unknown.With(KnownMask & Mask(width), KnownBits),
    };

    /// <summary>This value with its low bytes replaced by those of another.</summary>
    /// <param name="part">The new low bytes.</param>
    /// <param name="width">1, 2, 4 or 8; 4 clears the upper half, as a register write does.</param>
    public AbstractValue Insert(AbstractValue part, int width)
    {
        if (width >= 4)
        {
            return part.ZeroExtend(width);
        }

        var mask = Mask(width);
        return (part.KnownMask & mask) == mask
            ? With(mask, part.KnownBits)
            : Unknown.With((KnownMask & ~mask) | (part.KnownMask & mask), (KnownBits & ~mask) | (part.KnownBits & mask));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsConstant)
        {
            return $"0x{KnownBits:x}";
        }

        var text = Origin.Kind == OriginKind.StackTop ? ((StackObject)Origin.Detail).ToString() : Origin.Detail == 0 ? Origin.Kind.ToString() : $"{Origin.Kind}({Origin.Detail})";
        text += Offset == 0 ? "" : Offset > 0 ? $"+{Offset}" : Offset.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return KnownMask == 0 ? text : $"{text}[{KnownMask:x}={KnownBits:x}]";
    }

    private static ulong Mask(int width) => width >= 8 ? ulong.MaxValue : (1UL << (width * 8)) - 1;

    // Bits that only one side had replaced come from the origin on the other side: nothing is known of them, not even that they are the origin's.
    private AbstractValue WithoutOwn(AbstractValue left, AbstractValue right, ulong common) =>
        ((left.KnownMask | right.KnownMask) & ~common) == 0 ? this : new AbstractValue(default, 0, KnownMask, KnownBits);

    private AbstractValue Masked(ulong mask)
    {
        // An address on a stack that is rounded down stays an address on it: stacks end at a page.
        if (Stack is not null && mask >= UpperHalf && ~mask is var low && (low & (low + 1)) == 0 && low < 4096)
        {
            return this with { Offset = (long)((ulong)Offset & mask) };
        }

        return With(~mask, 0);
    }

    private static bool? IsKernelAddress(ValueOrigin origin) => origin.Kind switch
    {
        OriginKind.PerCpuBase => true,
        OriginKind.UserGsBase => false,
        OriginKind.StackTop => (StackObject)origin.Detail != StackObject.User,
        _ => null,
    };

    // Of a sum the low bits up to the first unknown one are known.
    private static AbstractValue LowBits(ulong known, ulong value) => Unknown.With(known ^ (known & (known + 1)), value);
}
