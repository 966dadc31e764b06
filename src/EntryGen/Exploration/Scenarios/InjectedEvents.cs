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

    /// <summary>All of them.</summary>
    All = Nmi | MachineCheck | Debug | Interrupt,
}

/// <summary>One kind of event: how it is called, and the entry it leads to.</summary>
/// <param name="Event">Its flag.</param>
/// <param name="Name">Its name in commands and tokens.</param>
/// <param name="Entry">The entry of Linux, with its vector.</param>
internal sealed record InjectedEvent(InjectedEvents Event, string Name, EntryPoint Entry)
{
    /// <summary>All kinds, in the order in which they are tried at a boundary.</summary>
    public static IReadOnlyList<InjectedEvent> All { get; } =
    [
        new(InjectedEvents.Nmi, "nmi", KnownEntries.Find("asm_exc_nmi")!),
        new(InjectedEvents.MachineCheck, "mc", KnownEntries.Find("asm_exc_machine_check")!),
        new(InjectedEvents.Debug, "db", KnownEntries.Find("asm_exc_debug")!),
        new(InjectedEvents.Interrupt, "irq", KnownEntries.Find("asm_sysvec_apic_timer_interrupt")!),
    ];

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
