namespace EntryGen.Asm.Flow.States;

/// <summary>How an entry is reached.</summary>
public enum EntryShape
{
    /// <summary>Called from C code.</summary>
    Call,

    /// <summary>SYSCALL: user RSP, RIP in RCX, flags in R11.</summary>
    Syscall,

    /// <summary>SYSENTER: RSP from the MSR, the entry stack.</summary>
    Sysenter,

    /// <summary>INT 0x80 from user mode.</summary>
    SoftwareInterrupt,

    /// <summary>A device interrupt.</summary>
    Interrupt,

    /// <summary>An exception that can also happen on an instruction that returns to user mode.</summary>
    Exception,

    /// <summary>An IST exception: #DB, #MC, #VC, #DF. It can hit anywhere.</summary>
    Paranoid,

    /// <summary>NMI.</summary>
    Nmi,

    /// <summary>Any event in user mode under FRED.</summary>
    FredUser,

    /// <summary>Any event in the kernel under FRED.</summary>
    FredKernel,
}

/// <summary>An entry of a Program as analyses see it.</summary>
/// <param name="Symbol">Its label.</param>
/// <param name="Item">Its first item.</param>
/// <param name="Shape">How it is reached.</param>
/// <param name="Stack">The stack the hardware switches to, whatever was running; <see cref="StackObject.Entry"/> for entries that switch only from user mode.</param>
/// <param name="HasErrorCode">Whether the hardware pushes an error code.</param>
public sealed record AnalyzedEntry(string Symbol, CodeItem Item, EntryShape Shape, StackObject Stack = StackObject.Entry, bool HasErrorCode = false)
{
    /// <summary>Whether C code calls it, so that it must keep to the System V ABI. Not known of code that somebody starts at a label.</summary>
    public bool IsCalledFromC { get; init; }

    /// <summary>Whether it serves 32-bit code.</summary>
    public bool IsCompatible { get; init; }
}
