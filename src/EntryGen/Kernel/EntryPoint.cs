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
public sealed record EntryPoint(
    string Symbol,
    EntryKind Kind,
    byte? Vector = null,
    byte Ist = 0,
    bool UserCallable = false,
    bool InStub = false,
    bool FromCompatibilityMode = false,
    bool InIdt = true);
