namespace EntryGen.Asm.Flow.States;

/// <summary>The stacks that entry code runs on (Documentation/arch/x86/kernel-stacks.rst).</summary>
public enum StackObject
{
    /// <summary>The interrupted task's kernel stack at an unknown depth: what RSP is when the kernel is interrupted without a stack switch.</summary>
    Interrupted,

    /// <summary>The user's stack, or whatever user mode left in RSP.</summary>
    User,

    /// <summary>The per-CPU entry stack (trampoline) that TSS.sp0 names.</summary>
    Entry,

    /// <summary>The task's kernel stack.</summary>
    Thread,

    /// <summary>The IST stack of #DF.</summary>
    DoubleFault,

    /// <summary>The IST stack of NMI.</summary>
    Nmi,

    /// <summary>The IST stack of #DB.</summary>
    Debug,

    /// <summary>The IST stack of #MC.</summary>
    MachineCheck,

    /// <summary>The IST stack of #VC.</summary>
    VmmCommunication,

    /// <summary>The espfix stack, by the address at which it can be written or one of those at which it can be read.</summary>
    Espfix,
}

/// <summary>Facts about stacks.</summary>
public static class StackObjects
{
    /// <summary>Whether the user half of the page tables maps a stack: all that lie in the cpu_entry_area (arch/x86/include/asm/cpu_entry_area.h).</summary>
    public static bool IsUserMapped(this StackObject stack) => stack is StackObject.Entry or StackObject.DoubleFault or StackObject.Nmi
        or StackObject.Debug or StackObject.MachineCheck or StackObject.VmmCommunication or StackObject.Espfix;

    /// <summary>Whether kernel code may push there.</summary>
    public static bool IsSafe(this StackObject stack) => stack != StackObject.User;
}
