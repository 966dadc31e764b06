namespace EntryGen;

/// <summary>How an entry is reached.</summary>
public enum EntryKind
{
    /// <summary>By a call from kernel code.</summary>
    Call,

    /// <summary>By SYSCALL from 64-bit user code.</summary>
    Syscall,

    /// <summary>By SYSENTER.</summary>
    Sysenter,

    /// <summary>By INT $0x80.</summary>
    Int80,

    /// <summary>Through the IDT on the normal stack: interrupts and most exceptions.</summary>
    Interrupt,

    /// <summary>Through the IDT on an IST stack, from any CR3 and any GS: #DB, #MC, #DF, #VC.</summary>
    Paranoid,

    /// <summary>The NMI.</summary>
    Nmi,

    /// <summary>By FRED event delivery: every event of user mode, or of the kernel, comes here.</summary>
    Fred,
}
