namespace EntryGen.Kernel;

/// <summary>How an entry is reached: the instruction or the vector that leads to it, and the stack the processor switches to.</summary>
/// <param name="Symbol">The label.</param>
/// <param name="Kind">The way in.</param>
/// <param name="Vector">The IDT vector, or null when the entry is not reached through the IDT.</param>
/// <param name="Ist">The IST index in the gate, 1 to 7; 0 for none.</param>
/// <param name="UserCallable">Gate DPL is 3: user code may reach it by <c>INT n</c>, <c>INT3</c> or <c>INTO</c>.</param>
/// <param name="InStub">The gate points at a stub that pushes the vector in the place of an error code and jumps to the symbol.</param>
/// <param name="FromCompatibilityMode">32-bit user code reaches it.</param>
/// <param name="InIdt">
/// The kernel puts it into the IDT on bare metal. False for entries of a hypervisor or a module, which have the gate only while they are traced.
/// </param>
/// <param name="From">The only side that it is reached from; null: both, as far as the kind allows.</param>
public sealed record EntryPoint(
    string Symbol,
    EntryKind Kind,
    byte? Vector = null,
    byte Ist = 0,
    bool UserCallable = false,
    bool InStub = false,
    bool FromCompatibilityMode = false,
    bool InIdt = true,
    Side? From = null)
{
    /// <summary>
    /// The states in which it may be reached that differ for entry code: user code, kernel code for what interrupts the kernel, and for what interrupts entry code the
    /// windows in which the user's CR3 or GS base is live.
    /// </summary>
    public IEnumerable<StartState> Starts => Kind switch
    {
        // Code of entry text that is called runs with interrupts off.
        EntryKind.Call => [StartState.Kernel with { InterruptsEnabled = false }],
        EntryKind.Syscall or EntryKind.Sysenter or EntryKind.Int80 => [StartState.User],
        EntryKind.Interrupt => [StartState.User, StartState.Kernel],
        EntryKind.Fred => FredSetup.Events.Select(vector => (From == Side.Kernel ? StartState.Kernel : StartState.User) with { Vector = vector }),
        _ =>
        [
            StartState.User,
            StartState.Kernel,
            StartState.Kernel with { Cr3 = Side.User },
            StartState.Kernel with { Gs = Side.User },
            StartState.Kernel with { Cr3 = Side.User, Gs = Side.User },
        ],
    };

    /// <summary>
    /// The same, where the kernel lets user code have 16-bit segments (CONFIG_X86_16BIT): IRET to a 16-bit stack takes a path of its own. Without what saves no SS, and what only a
    /// hypervisor calls.
    /// </summary>
    /// <param name="with16BitStacks">Whether it does.</param>
    public IEnumerable<StartState> StartsWith(bool with16BitStacks) => with16BitStacks && From != Side.Kernel
        && (Kind is EntryKind.Paranoid or EntryKind.Nmi or EntryKind.Int80 || (Kind == EntryKind.Interrupt && (InIdt || InStub)))
        ? [.. Starts, StartState.UserOn16BitStack]
        : Starts;

    /// <summary>Features with which it can be reached: an entry point of FRED needs FRED, whose entry code leaves CR3 alone.</summary>
    /// <param name="chosen">The features that are asked for.</param>
    public FeatureSet FeaturesFor(FeatureSet chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        return Kind == EntryKind.Fred ? chosen.With("FRED").Without("PTI") : chosen;
    }

    /// <summary>Why the event cannot happen in a state; null when it can.</summary>
    /// <param name="start">What it finds.</param>
    public string? ReasonAgainst(StartState start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return start.From switch
        {
            _ when From is { } only && only != start.From => $"'{Symbol}' is reached from {(only == Side.User ? "user" : "kernel")} code only.",
            _ when start.Vector is not null && Kind != EntryKind.Fred => $"'{Symbol}' has an event of its own: only a FRED entry point takes any vector.",
            Side.Kernel when Kind == EntryKind.Fred && (start.Cr3 == Side.User || start.Gs == Side.User) => "With FRED kernel code always has the kernel's CR3 and GS base.",
            Side.User when start.Cr3 == Side.Kernel || start.Gs == Side.Kernel => "User code runs with the user's CR3 and GS base.",
            Side.User when Kind == EntryKind.Call => $"'{Symbol}' is no entry from user code: kernel code calls it.",
            Side.Kernel when Kind is EntryKind.Syscall or EntryKind.Sysenter or EntryKind.Int80 => $"'{Symbol}' is reached from user code only.",
            Side.Kernel when start.On16BitStack => "Only user code runs on a 16-bit stack.",
            Side.User when start.On16BitStack && Kind is EntryKind.Syscall or EntryKind.Sysenter => "SYSCALL and SYSENTER save no stack segment: user code returns to a flat stack.",
            _ => null,
        };
    }
}
