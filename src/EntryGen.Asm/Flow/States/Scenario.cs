namespace EntryGen.Asm.Flow.States;

/// <summary>One way in which an entry is reached.</summary>
/// <param name="Name">In words: <c>from user mode</c>.</param>
/// <param name="Entry">Where it starts.</param>
/// <param name="Symbol">The entry's symbol.</param>
/// <param name="State">What is known then.</param>
/// <param name="Condition">The features with which it happens.</param>
/// <param name="IsFromUser">Whether user mode was running.</param>
public sealed record Scenario(string Name, CodeItem Entry, string Symbol, AbstractState State, FeatureCondition Condition, bool IsFromUser)
{
    /// <summary>How the entry is reached.</summary>
    public EntryShape Shape { get; init; }

    /// <summary>Whether C code calls the entry.</summary>
    public bool IsCalledFromC { get; init; }

    /// <summary>Whether the entry serves 32-bit code.</summary>
    public bool IsCompatible { get; init; }

    /// <summary>Which of <see cref="KernelModel.SpecialPlaces"/> was interrupted; null when none was.</summary>
    public string? SpecialPlace { get; init; }

    /// <summary>Whether one of <see cref="KernelModel.SpecialPlaces"/> was interrupted.</summary>
    public bool IsAtSpecialPlace => SpecialPlace is not null;

    /// <summary>Whether the IRET that returns to user mode faulted.</summary>
    public bool IsAtIretToUser => SpecialPlace is KernelModel.IretToUser or KernelModel.IretToUserTruncated;

    /// <summary>Whether user mode may have run last before it: predictors and SPEC_CTRL may be as user mode left them.</summary>
    public bool MayFollowUserMode => IsFromUser || Shape is EntryShape.Paranoid or EntryShape.Nmi || IsAtIretToUser;

    /// <summary>What RIP, CS, RFLAGS, RSP and SS of the interrupted code are, by <see cref="FrameField"/>; empty when nothing is known about them.</summary>
    public IReadOnlyList<AbstractValue> Frame { get; init; } = [];

    /// <summary>Whether an address is that of what was interrupted: an IRET to any other goes through a frame that the code pushed itself.</summary>
    public bool IsInterruptedAt(AbstractValue address) => Frame.Count > 0 && address == Frame[(int)FrameField.Rip];

    /// <summary>Whether the hardware pushed an error code.</summary>
    public bool HasErrorCode { get; init; }

    /// <summary>Of an NMI: what it interrupted.</summary>
    public NmiNesting Nesting { get; init; }

    /// <summary>Whether FRED delivers it: the processor switches the GS base, and none that has FRED needs what older ones do against leaks.</summary>
    public bool IsFred => Shape is EntryShape.FredUser or EntryShape.FredKernel;

    /// <summary>Whether it is a system call: it returns a value and has an ABI of its own.</summary>
    public bool IsSystemCall => Shape is EntryShape.Syscall or EntryShape.Sysenter or EntryShape.SoftwareInterrupt;
}
