namespace EntryGen.Asm.Flow.States;

/// <summary>Where the unknown bits of an abstract value come from.</summary>
public enum OriginKind
{
    /// <summary>Nothing is known: two such values are not known to be equal.</summary>
    Unknown,

    /// <summary>There are none: every bit is known.</summary>
    Constant,

    /// <summary>What a general register held at the entry; the detail is its number. The user's value when the entry was from user mode.</summary>
    EntryRegister,

    /// <summary>RFLAGS at the entry.</summary>
    EntryFlags,

    /// <summary>CR3 at the entry.</summary>
    EntryCr3,

    /// <summary>IA32_SPEC_CTRL as it is read.</summary>
    EntrySpecCtrl,

    /// <summary>A word of the frame that the hardware pushed; the detail is a <see cref="FrameField"/>.</summary>
    EntryFrame,

    /// <summary>The GS base of user mode.</summary>
    UserGsBase,

    /// <summary>The kernel's GS base: the start of the per-CPU area.</summary>
    PerCpuBase,

    /// <summary>The end of a stack; the detail is a <see cref="StackObject"/>.</summary>
    StackTop,

    /// <summary>What an instruction computed or loaded; the detail is the index of its item.</summary>
    Result,

    /// <summary>What a C function returned; the detail is the index of the calling item.</summary>
    ReturnValue,

    /// <summary>A register at entry of which the lower half was sign-extended; the detail is its number.</summary>
    SignExtendedRegister,

    /// <summary>What a C function left in a register that it need not preserve; the detail is the index of the calling item times 16 plus the register.</summary>
    Clobbered,
}

/// <summary>The words of the frame that an interrupt pushes, from the lowest address.</summary>
public enum FrameField
{
    /// <summary>RIP.</summary>
    Rip,

    /// <summary>CS.</summary>
    Cs,

    /// <summary>RFLAGS.</summary>
    Rflags,

    /// <summary>RSP.</summary>
    Rsp,

    /// <summary>SS.</summary>
    Ss,

    /// <summary>The error code.</summary>
    ErrorCode,
}

/// <summary>Where the unknown bits of an abstract value come from. Values of one origin have the same unknown bits.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Detail">Which one of its kind.</param>
public readonly record struct ValueOrigin(OriginKind Kind, int Detail = 0)
{
    /// <inheritdoc/>
    public bool Equals(ValueOrigin other) => Kind == other.Kind && Detail == other.Detail;

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked(((int)Kind * 0x0100_0193) ^ (Detail * 0x5BD1_E995));
}
