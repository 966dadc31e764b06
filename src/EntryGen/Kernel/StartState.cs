namespace EntryGen.Kernel;

/// <summary>Kernel or user.</summary>
public enum Side
{
    /// <summary>The user's.</summary>
    User,

    /// <summary>The kernel's.</summary>
    Kernel,
}

/// <summary>What an event finds: who runs, and whose page table and GS base are live.</summary>
public sealed record StartState
{
    /// <summary>User code with all that is the user's: what entries are usually for.</summary>
    public static StartState User { get; } = new();

    /// <summary>Kernel code on the thread stack with all that is the kernel's.</summary>
    public static StartState Kernel { get; } = new() { From = Side.Kernel };

    /// <summary>32-bit user code on a 16-bit stack segment.</summary>
    public static StartState UserOn16BitStack { get; } = new() { On16BitStack = true };

    /// <summary>Who runs. User code always has the user's CR3 and GS.</summary>
    public Side From { get; init; } = Side.User;

    /// <summary>
    /// The half that CR3 points at; null: that of <see cref="From"/>. Kernel code with the user's is in the windows of entry and exit: it is in entry
    /// text, on the
    /// entry stack. Without page-table isolation there is one table, and this says nothing.
    /// </summary>
    public Side? Cr3 { get; init; }

    /// <summary>Whose base GS holds; null: that of <see cref="From"/>.</summary>
    public Side? Gs { get; init; }

    /// <summary>User code runs on a 16-bit stack segment of its LDT: it is 32-bit code, and the return to it goes through the espfix stack.</summary>
    public bool On16BitStack { get; init; }

    /// <summary>
    /// RFLAGS.IF of kernel code; null: set, unless the user's CR3 or GS is live, where the kernel keeps it clear. User code runs with IF set.
    /// </summary>
    public bool? InterruptsEnabled { get; init; }

    /// <summary>
    /// The vector of the event, for an entry that takes them all (<see cref="EntryKind.Fred"/>); null: SYSCALL in user code, a device interrupt in kernel code.
    /// </summary>
    public byte? Vector { get; init; }

    /// <summary>Flags that are set in RFLAGS besides those that <see cref="InterruptsEnabled"/> is about: DF and AC may be, in user code and in kernel code that copies.</summary>
    public ulong Flags { get; init; }

    /// <summary>The error code, for vectors that have one; null: for #PF what a read of a page that is not present gives, else 0.</summary>
    public uint? ErrorCode { get; init; }
}
