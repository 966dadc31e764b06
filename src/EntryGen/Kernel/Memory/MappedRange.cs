namespace EntryGen.Kernel;

/// <summary>
/// In which half of the page tables something is mapped when page-table isolation is on. Without it there is one table, and it maps everything.
/// </summary>
public enum MappedIn
{
    /// <summary>Only while the kernel half is live.</summary>
    Kernel,

    /// <summary>In both halves, for the kernel's use (entry code, its stacks and tables).</summary>
    Both,

    /// <summary>Memory of the user program: in both halves, but not executable in the kernel half.</summary>
    UserProgram,
}

/// <summary>A range of the address space that the environment maps.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Start">Its first page.</param>
/// <param name="Pages">How many pages of 4 KiB.</param>
/// <param name="Frame">The first page frame; the frames are consecutive.</param>
/// <param name="Writable">It may be written.</param>
/// <param name="Executable">Instructions may be fetched from it.</param>
/// <param name="In">In which half.</param>
/// <param name="Global">Its translations are global: a change of CR3 leaves them in the TLB.</param>
public sealed record MappedRange(
    string Name, VirtualAddress Start, int Pages, PhysicalAddress Frame, bool Writable, bool Executable, MappedIn In, bool Global)
{
    /// <summary>The address after its last byte.</summary>
    public VirtualAddress End => Start + (long)Pages * KernelLayout.PageSize;
}
