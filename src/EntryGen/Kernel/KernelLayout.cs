namespace EntryGen.Kernel;

/// <summary>
/// Where things lie in the kernel's address space: the addresses of Linux on x86-64 with 4-level paging and without KASLR
/// (<c>Documentation/arch/x86/x86_64/mm.rst</c>, <c>cpu_entry_area.h</c>), as one CPU that runs one task sees it: CPU 0 and task 0, or <see cref="For"/>. Code and variables of a unit have the
/// addresses of its own tables.
/// </summary>
public sealed record KernelLayout
{
    /// <summary>Bytes in a page.</summary>
    public const int PageSize = 4096;

    /// <summary>Bytes of a task's kernel stack (THREAD_SIZE).</summary>
    public const int ThreadStackSize = 4 * PageSize;

    /// <summary>Bytes of an IST stack (EXCEPTION_STKSZ).</summary>
    public const int ExceptionStackSize = 2 * PageSize;

    /// <summary>Bytes of the entry stack.</summary>
    public const int EntryStackSize = PageSize;

    /// <summary>Bytes of a task's PTI stack, where there is one: half of the area of a kernel stack that the proposal doubled, as far as it maps it.</summary>
    public const int PtiStackSize = 2 * PageSize;

    // A kernel stack, the PTI stack above it, and guard pages.
    private const long TaskStep = 0x1_0000;

    private const long PerCpuStep = 0x20_0000;

    // What one CPU has in cpu_entry_area, with room to spare.
    private const long CpuAreaStep = 64 * PageSize;

    private readonly VirtualAddress? _gdt;

    /// <summary>Bytes of an espfix stack: eight words (ESPFIX_STACK_SIZE).</summary>
    public const int EspfixStackSize = 64;

    /// <summary>The user program: one page of code.</summary>
    public VirtualAddress UserText { get; init; } = new(0x0000_0000_0040_1000);

    /// <summary>Where the 32-bit vDSO continues after SYSENTER.</summary>
    public VirtualAddress VdsoLandingPad { get; init; } = new(0x0000_0000_0040_1800);

    /// <summary>Bottom of the user stack.</summary>
    public VirtualAddress UserStack { get; init; } = new(0x0000_7fff_ffff_a000);

    /// <summary>Bottom of the stack of 32-bit user code, below 4 GiB.</summary>
    public VirtualAddress UserStack32 { get; init; } = new(0x0000_0000_ffff_a000);

    /// <summary>Bytes of each user stack that are mapped.</summary>
    public int UserStackSize { get; init; } = 4 * PageSize;

    /// <summary>The direct map of physical memory.</summary>
    public VirtualAddress DirectMap { get; init; } = new(0xffff_8880_0000_0000);

    /// <summary>The per-CPU area: what GS holds in the kernel, and <c>__per_cpu_offset[0]</c>.</summary>
    public VirtualAddress PerCpuBase { get; init; } = new(0xffff_8880_7dc0_0000);

    /// <summary>Bottom of the current task's kernel stack, in vmalloc space with a guard page on either side.</summary>
    public VirtualAddress ThreadStack { get; init; } = new(0xffff_c900_0000_4000);

    /// <summary>The LDT of the process, read-only, in both halves.</summary>
    public VirtualAddress Ldt { get; init; } = new(0xffff_8800_0000_0000);

    /// <summary>The espfix area: 65,536 read-only aliases, 64 KiB apart, of the page with CPU 0's stack for returns to 16-bit stack segments.</summary>
    public VirtualAddress Espfix { get; init; } = new(0xffff_ff00_0000_0000);

    /// <summary>Base of cpu_entry_area; its first page is the read-only IDT.</summary>
    public VirtualAddress CpuEntryArea { get; init; } = new(0xffff_fe00_0000_0000);

    /// <summary>A page of ordinary kernel text: code that the units do not contain and an event may interrupt.</summary>
    public VirtualAddress KernelText { get; init; } = new(0xffff_ffff_8010_0000);

    /// <summary>
    /// Two pages of entry text that the units do not contain, mapped in both halves. The first holds, 16 bytes each, the handlers of vectors for which the
    /// unit has
    /// none; the second is code that an event may interrupt while the user CR3 is live.
    /// </summary>
    public VirtualAddress OtherEntryText { get; init; } = new(0xffff_ffff_8020_0000);

    /// <summary>The CPU's number, which LSL of the CPUNODE segment gives.</summary>
    public int Cpu { get; init; }

    /// <summary>The same address space as another CPU and another task see it: their per-CPU area, part of cpu_entry_area and stacks.</summary>
    /// <param name="cpu">The CPU, counted from 0: the one whose number is <see cref="Cpu"/>.</param>
    /// <param name="task">The task, counted from 0: the one whose stack is <see cref="ThreadStack"/>.</param>
    public KernelLayout For(int cpu, int task) => this with
    {
        Cpu = Cpu + cpu,
        PerCpuBase = PerCpuBase + (cpu * PerCpuStep),
        ThreadStack = ThreadStack + (task * TaskStep),
        Gdt = Gdt + (cpu * CpuAreaStep),
    };

    /// <summary>The read-only IDT: 256 gates of 16 bytes.</summary>
    public VirtualAddress Idt => CpuEntryArea;

    /// <summary>The read-only GDT page; below the entry stack it serves as the guard page.</summary>
    public VirtualAddress Gdt
    {
        get => _gdt ?? CpuEntryArea + PageSize;
        private init => _gdt = value;
    }

    /// <summary>Bottom of the entry stack.</summary>
    public VirtualAddress EntryStack => Gdt + PageSize;

    /// <summary>The read-only alias of the TSS: the linear address in TR.</summary>
    public VirtualAddress Tss => Gdt + (2 * PageSize);

    /// <summary>Bottom of the task's PTI stack, if <see cref="KernelOptions.PtiStacks"/> gives it one: right above its kernel stack.</summary>
    public VirtualAddress PtiStack => ThreadStack + ThreadStackSize;

    /// <summary>Pages of the TSS with its I/O bitmap (<c>struct tss_struct</c>).</summary>
    public const int TssPages = 5;

    /// <summary>The exception stacks, each below a guard page, in the kernel's order.</summary>
    public IReadOnlyList<StackObject> ExceptionStacks =>
    [
        ExceptionStack(0, StackKind.DoubleFault),
        ExceptionStack(1, StackKind.Nmi),
        ExceptionStack(2, StackKind.Debug),
        ExceptionStack(3, StackKind.MachineCheck),
        ExceptionStack(4, StackKind.VmmCommunication),
        ExceptionStack(5, StackKind.VmmFallback),
    ];

    /// <summary>All stacks that this CPU and this task have, but for the PTI stack.</summary>
    public IReadOnlyList<StackObject> Stacks =>
    [
        new(StackKind.User, UserStack, UserStackSize),
        new(StackKind.User, UserStack32, UserStackSize),
        new(StackKind.Thread, ThreadStack, ThreadStackSize),
        new(StackKind.Entry, EntryStack, EntryStackSize),
        .. ExceptionStacks,
        new(StackKind.Espfix, Espfix, EspfixStackSize),
    ];

    /// <summary>The stack of a kind; of the user's the 64-bit one.</summary>
    public StackObject Stack(StackKind kind) => Stacks.First(stack => stack.Kind == kind);

    private StackObject ExceptionStack(int slot, StackKind kind) =>
        new(kind, Tss + (((TssPages + 1) * PageSize) + (slot * (PageSize + ExceptionStackSize))), ExceptionStackSize);
}
