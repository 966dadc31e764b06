using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios;

/// <summary>Events that an exploration lets happen at instruction boundaries.</summary>
[Flags]
public enum InjectedEvents
{
    /// <summary>None: only the entry itself runs.</summary>
    None = 0,

    /// <summary>A non-maskable interrupt, unless NMIs are blocked.</summary>
    Nmi = 1,

    /// <summary>A machine check, unless one is in progress.</summary>
    MachineCheck = 2,

    /// <summary>A debug exception, unless one is being handled.</summary>
    Debug = 4,

    /// <summary>An external interrupt, the local APIC's timer, where RFLAGS.IF allows it.</summary>
    Interrupt = 8,

    /// <summary>All that come from outside.</summary>
    All = Nmi | MachineCheck | Debug | Interrupt,

    /// <summary>A page fault: an instruction in the exception table finds its memory operand unmapped.</summary>
    PageFault = 16,

    /// <summary>#GP: a return to user mode refuses the frame, or an instruction in the exception table a selector or register value, that user code chose.</summary>
    GeneralProtection = 32,

    /// <summary>#SS: a return to user mode refuses the stack segment that user code chose.</summary>
    StackFault = 64,

    /// <summary>#NP: the segment that user code chose is not present, in a return to user mode or a load of a segment register in the exception table.</summary>
    SegmentNotPresent = 128,

    /// <summary>All faults of entry code that the environment decides about.</summary>
    Faults = PageFault | GeneralProtection | StackFault | SegmentNotPresent,
}

/// <summary>One kind of event: how it is called, and the entry it leads to.</summary>
/// <param name="Event">Its flag.</param>
/// <param name="Name">Its name in commands and tokens.</param>
/// <param name="Entry">The entry of Linux, with its vector.</param>
internal sealed record InjectedEvent(InjectedEvents Event, string Name, EntryPoint Entry)
{
    /// <summary>All kinds that come from outside, in the order in which they are tried at a boundary.</summary>
    public static IReadOnlyList<InjectedEvent> All { get; } =
    [
        new(InjectedEvents.Nmi, "nmi", KnownEntries.Find("asm_exc_nmi")!),
        new(InjectedEvents.MachineCheck, "mc", KnownEntries.Find("asm_exc_machine_check")!),
        new(InjectedEvents.Debug, "db", KnownEntries.Find("asm_exc_debug")!),
        new(InjectedEvents.Interrupt, "irq", KnownEntries.Find("asm_sysvec_apic_timer_interrupt")!),
    ];

    /// <summary>These and the faults of entry code that the environment decides about.</summary>
    public static IReadOnlyList<InjectedEvent> Known { get; } =
    [
        .. All,
        new(InjectedEvents.PageFault, "pf", KnownEntries.Find("asm_exc_page_fault")!),
        new(InjectedEvents.GeneralProtection, "gp", KnownEntries.Find("asm_exc_general_protection")!),
        new(InjectedEvents.StackFault, "ss", KnownEntries.Find("asm_exc_stack_segment")!),
        new(InjectedEvents.SegmentNotPresent, "np", KnownEntries.Find("asm_exc_segment_not_present")!),
    ];

    /// <summary>Whether it is a fault: it happens in the place of an instruction.</summary>
    public bool IsFault => (Event & InjectedEvents.Faults) != 0;

    /// <summary>Its vector.</summary>
    public byte Vector => Entry.Vector!.Value;

    /// <summary>The entry of a unit that the event leads to: Linux's by name, else the one that the unit declares of the same kind for its vector, else the first without a vector.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="fred">Whether FRED delivers: then all that happens in the kernel leads to one entry point.</param>
    /// <returns>Null when there is none.</returns>
    public string? SymbolIn(EntryUnit unit, bool fred = false) => fred ? (unit.Symbols.ContainsKey(FredSetup.KernelEntry) ? FredSetup.KernelEntry : null)
        : unit.Symbols.ContainsKey(Entry.Symbol)
        ? Entry.Symbol
        : unit.Entries.Values.OrderBy(entry => entry.Vector is null).ThenBy(entry => entry.Address)
            .FirstOrDefault(entry => entry.Kind == Entry.Kind && (entry.Vector ?? Vector) == Vector && KnownEntries.Find(entry.Name) is null)?.Name;
}
