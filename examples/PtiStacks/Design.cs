using EntryGen;
using EntryGen.Kernel;

namespace PtiStacks;

/// <summary>One way to enter the kernel, with the stacks and mappings that it needs.</summary>
/// <param name="Id">The letter by which the discussion knows it.</param>
/// <param name="Name">What it does.</param>
/// <param name="Unit">The entry code.</param>
/// <param name="Options">The kernel around it: two CPUs, two tasks of different processes.</param>
/// <param name="SleepsIn">The C functions that may sleep.</param>
public sealed record Design(string Id, string Name, EntryUnit Unit, KernelOptions Options, params IReadOnlyList<string> SleepsIn)
{
    /// <summary>The entries from user mode.</summary>
    public const string SystemCall = "entry_SYSCALL_64", Interrupt = "asm_sysvec_apic_timer_interrupt", Nmi = "asm_exc_nmi", MachineCheck = "asm_exc_machine_check";

    // Handlers of system calls sleep; an interrupt's may let another task run before it returns.
    private static readonly string[] _bodies = ["do_syscall_64", "sysvec_apic_timer_interrupt"];

    private static readonly KernelOptions _trampoline = new() { Processors = 2, Tasks = [0, 1] };

    /// <summary>What C code on the user half needs: its text, its canary, and the table by which an exception finds its CPU's variables.</summary>
    private static readonly KernelOptions _entryInC = _trampoline with { AlsoInUserHalf = [".noinstr.text", "pti_canary", "__per_cpu_offset"] };

    private static readonly KernelOptions _taskStacks = _entryInC with
    {
        PtiStacks = true,
        EntersOnPtiStack = true,
        AlsoInUserHalf = [.. _entryInC.AlsoInUserHalf, KernelOptions.PtiStackName],
    };

    private static readonly KernelOptions _vcpuStacks = _trampoline with { PtiStacks = true };

    /// <summary>Today's.</summary>
    public static Design A { get; } = new("A", "per-CPU entry stack, left before C code", DesignA.EntryUnit, _trampoline, _bodies);

    /// <summary>The proposal.</summary>
    public static Design B { get; } = new("B", "a stack per task, CR3 switched in C code", DesignB.EntryUnit, _taskStacks, _bodies);

    /// <summary>Its code on today's stack.</summary>
    public static Design B1 { get; } = new("B1", "the same C code on the per-CPU entry stack", DesignB.EntryUnit, _entryInC, _bodies);

    /// <summary>Return to assembly.</summary>
    public static Design C { get; } = new("C", "CR3 switched by C functions, stacks by assembly", DesignC.EntryUnit, _entryInC, _bodies);

    /// <summary>The counter-proposal.</summary>
    public static Design D { get; } = new("D", "as A, and a stack per virtual CPU", DesignD.EntryUnit, _vcpuStacks, [.. _bodies, "handle_exit"]);

    /// <summary>B, whose interrupts do not take CS for a sign of which half is live.</summary>
    public static Design BByCr3 { get; } = new("B", "the half told from CR3", DesignBByCr3.EntryUnit, _taskStacks, _bodies);

    /// <summary>B, whose interrupts tell neither the half nor the owner of GS from CS.</summary>
    public static Design BByState { get; } = new("B", "the half told from CR3, and GS looked at", DesignBByState.EntryUnit, _taskStacks, _bodies);

    /// <summary>B with what it is for: exit work after the switch to the user half.</summary>
    public static Design BSleeps { get; } = new("B", "schedule() between switches, CR3 made anew", DesignBSleepsAndSwitches.EntryUnit, _taskStacks, [.. _bodies, "schedule"]);

    /// <summary>The same code on the per-CPU stack.</summary>
    public static Design B1Sleeps { get; } = new("B1", "schedule() between switches, CR3 made anew", DesignBSleepsAndSwitches.EntryUnit, _entryInC, [.. _bodies, "schedule"]);

    /// <summary>C with exit work after the switch to the user half.</summary>
    public static Design CSleeps { get; } = new("C", "schedule() between switches, CR3 made anew", DesignCSleepsOnEntryStack.EntryUnit, _entryInC, [.. _bodies, "schedule"]);

    /// <summary>The design with a part that sleeps after the switch to the user half, or to the tables that a guest runs on; null: it calls nothing there.</summary>
    public Design? Sleeping => this == B ? BSleeps : this == B1 ? B1Sleeps : this == C ? CSleeps : this == D ? D : null;

    /// <summary>The designs to choose from.</summary>
    public static IReadOnlyList<Design> All { get; } = [A, B, B1, C, D];

    /// <summary>What was said or implied on the way.</summary>
    public static IReadOnlyList<Design> Variants { get; } =
    [
        new("B", "one canary for all code", DesignBOneCanary.EntryUnit, _taskStacks with { AlsoInUserHalf = [.. _taskStacks.AlsoInUserHalf, "fixed_percpu_data"] }, _bodies),
        BByCr3,
        BByState,
        new("B", "schedule() called on the user half", DesignBSleepsOnUserHalf.EntryUnit, _taskStacks, [.. _bodies, "schedule"]),
        new("B", "schedule() between switches, CR3 restored", DesignBSleepsAndRestores.EntryUnit, _taskStacks, [.. _bodies, "schedule"]),
        BSleeps,
        B1Sleeps,
        CSleeps,
        new("D", "the entry stack, left before an exit sleeps", DesignDOnEntryStack.EntryUnit, _trampoline, _bodies),
        new("D", "the entry stack, on which an exit sleeps", DesignDSleepsOnEntryStack.EntryUnit, _trampoline, [.. _bodies, "handle_exit"]),
    ];
}
