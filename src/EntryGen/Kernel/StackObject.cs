namespace EntryGen.Kernel;

/// <summary>Which of the stacks that entry code moves between.</summary>
public enum StackKind
{
    /// <summary>The stack of the user program.</summary>
    User,

    /// <summary>The task's kernel stack, where C runs.</summary>
    Thread,

    /// <summary>A stack of the task that the user half of its process maps too.</summary>
    Pti,

    /// <summary>The per-CPU entry (trampoline) stack in cpu_entry_area, to which TSS.RSP0 points.</summary>
    Entry,

    /// <summary>The #DF stack.</summary>
    DoubleFault,

    /// <summary>The NMI stack.</summary>
    Nmi,

    /// <summary>The #DB stack.</summary>
    Debug,

    /// <summary>The #MC stack.</summary>
    MachineCheck,

    /// <summary>The #VC stack.</summary>
    VmmCommunication,

    /// <summary>The stack for a #VC that hits where the interrupted stack cannot be used (the kernel's VC2).</summary>
    VmmFallback,

    /// <summary>The read-only alias of the eight words from which IRETQ returns to a 16-bit stack segment.</summary>
    Espfix,
}

/// <summary>One stack: a name and the addresses it occupies.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Bottom">Its lowest address.</param>
/// <param name="Size">Bytes.</param>
public sealed record StackObject(StackKind Kind, VirtualAddress Bottom, int Size)
{
    /// <summary>The number of the task or CPU to which it belongs.</summary>
    public int Owner { get; init; }

    /// <summary>Whether it belongs to a CPU: the next task that runs there uses it too.</summary>
    public bool IsPerCpu => Kind is not (StackKind.User or StackKind.Thread or StackKind.Pti);

    /// <summary>The address above its highest byte: RSP of the empty stack.</summary>
    public VirtualAddress Top => Bottom + Size;

    /// <summary>The name used in traces.</summary>
    public string Name => Kind switch
    {
        StackKind.User => "user",
        StackKind.Thread => "thread",
        StackKind.Pti => "PTI",
        StackKind.Entry => "entry",
        StackKind.DoubleFault => "#DF",
        StackKind.Nmi => "NMI",
        StackKind.Debug => "#DB",
        StackKind.MachineCheck => "#MC",
        StackKind.VmmCommunication => "#VC",
        StackKind.VmmFallback => "VC2",
        _ => "espfix",
    };

    /// <summary>Whether the byte at an address belongs to the stack.</summary>
    public bool Contains(VirtualAddress address) => address.Value - Bottom.Value < (ulong)Size;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
