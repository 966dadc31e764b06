namespace EntryGen.Exploration.Scenarios.Handlers;

/// <summary>
/// What a C handler may do to the address space that is loaded, as a sequence of steps between which events may happen. The environment chooses one at each call of a C
/// function.
/// </summary>
/// <param name="Id">The letter by which the discussion of RESTORE_CR3 knows it: H0 to H6.</param>
/// <param name="Name">Its name in commands.</param>
/// <param name="Words">What it does, in words.</param>
/// <param name="Steps">What it does, one after the other; each is atomic.</param>
/// <example>
/// <code>
/// var effect = new HandlerEffect("X", "flush-twice", "two local flushes", spaces => spaces.FlushLocally(), spaces => spaces.FlushLocally());
/// </code>
/// </example>
public sealed record HandlerEffect(string Id, string Name, string Words, params IReadOnlyList<Action<AddressSpaces>> Steps)
{
    /// <summary>Nothing.</summary>
    public static HandlerEffect None { get; } = new("H0", "none", "leaves the address space alone");

    /// <summary>A PTE of the loaded mm is changed and the CPU's TLB flushed (<c>flush_tlb_local</c>).</summary>
    public static HandlerEffect LocalFlush { get; } = new(
        "H1", "local-flush", "changes a page table entry of the loaded mm and flushes locally", spaces => spaces.ChangeEntry(spaces.LoadedMm), spaces => spaces.FlushLocally());

    /// <summary>Another mm is used for a moment (<c>__text_poke</c> through <c>switch_mm_irqs_off</c>).</summary>
    public static HandlerEffect TemporaryMm { get; } = new(
        "H2",
        "temporary-mm",
        "switches to a temporary mm, writes through it, and switches back",
        spaces => spaces.BeginSwitch(Mm.Temporary, remember: true),
        spaces => spaces.WriteCr3OfSwitch(),
        spaces => spaces.EndSwitch(),
        spaces => spaces.BeginSwitchBack(),
        spaces => spaces.WriteCr3OfSwitch(),
        spaces => spaces.EndSwitch(),
        spaces => spaces.ChangeEntry(Mm.Temporary));

    /// <summary>The same after a turn of the round robin (<see cref="AddressSpaces.WrapAsids"/>): the process comes back under another ASID.</summary>
    public static HandlerEffect TemporaryMmAfterWrap { get; } = new(
        "H2w",
        "asid-wrap",
        "switches to a temporary mm that is given the ASID in use, and switches back, which takes another",
        [
            spaces =>
            {
                spaces.WrapAsids();
                spaces.BeginSwitch(Mm.Temporary, remember: true);
            },
            .. TemporaryMm.Steps.Skip(1),
        ]);

    /// <summary>init_mm is loaded and stays (<c>leave_mm</c>).</summary>
    public static HandlerEffect LazyMm { get; } = new(
        "H3",
        "lazy-mm",
        "switches to init_mm and leaves it loaded",
        spaces => spaces.BeginSwitch(Mm.Init),
        spaces => spaces.WriteCr3OfSwitch(),
        spaces => spaces.EndSwitch());

    /// <summary>One page is flushed without INVPCID: the user half's flush is left to the exit.</summary>
    public static HandlerEffect FlushMask { get; } = new(
        "H4", "flush-mask", "changes an entry, flushes the page from the kernel PCID, and sets the user PCID's bit in the flush mask", spaces => spaces.FlushPage());

    /// <summary>Firmware or early code is called on page tables of its own, by plain writes of CR3.</summary>
    public static HandlerEffect DirectCr3 { get; } = new(
        "H5",
        "direct-cr3",
        "writes another page table to CR3 directly, and writes back what it read before",
        spaces => spaces.WriteCr3Directly(),
        spaces => spaces.WriteCr3Back());

    /// <summary>Another task runs in between.</summary>
    public static HandlerEffect Schedule { get; } = new(
        "H6",
        "schedule",
        "schedules: another process runs, then this one again",
        spaces => spaces.Schedule(),
        spaces => spaces.BeginSwitch(Mm.Temporary, remember: true),
        spaces => spaces.WriteCr3OfSwitch(),
        spaces => spaces.EndSwitch(),
        spaces => spaces.BeginSwitchBack(),
        spaces => spaces.WriteCr3OfSwitch(),
        spaces => spaces.EndSwitch());

    /// <summary>H0 to H6, and H2w.</summary>
    public static IReadOnlyList<HandlerEffect> All { get; } = [None, LocalFlush, TemporaryMm, TemporaryMmAfterWrap, LazyMm, FlushMask, DirectCr3, Schedule];

    /// <summary>Whether it may load another mm.</summary>
    internal bool NeedsOtherMms => Steps.Count > 0;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The mms that there are.</summary>
public enum Mm
{
    /// <summary>None; in <c>loaded_mm</c>: LOADED_MM_SWITCHING.</summary>
    None,

    /// <summary><c>init_mm</c>: the kernel alone.</summary>
    Init,

    /// <summary>The process that was interrupted.</summary>
    Process,

    /// <summary>Another: the temporary mm of text patching, or another process.</summary>
    Temporary,
}
