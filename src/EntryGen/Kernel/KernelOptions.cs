namespace EntryGen.Kernel;

/// <summary>What a <see cref="KernelEnvironment"/> is made for. Every part has a default.</summary>
public sealed record KernelOptions
{
    /// <summary>ASIDs the kernel hands out per CPU (TLB_NR_DYN_ASIDS).</summary>
    public const int AsidCount = 6;

    /// <summary>The features of <see cref="Features"/> when none are given: page-table isolation with PCIDs on a processor with FSGSBASE.</summary>
    public static FeatureSet DefaultFeatures { get; } = FeatureSet.PtiFsgsbase.With("FENCE_SWAPGS_KERNEL");

    /// <summary>The CPU features that are on. They choose the code and decide CR4; <c>ALWAYS</c> is on in any case.</summary>
    public FeatureSet Features { get; init; } = DefaultFeatures;

    /// <summary>Physical memory in bytes, a multiple of 2 MiB.</summary>
    public int MemorySize { get; init; } = 16 << 20;

    /// <summary>Instructions that each start of an entry may take.</summary>
    public long Budget { get; init; } = Machine.DefaultBudget;

    /// <summary>The addresses.</summary>
    public KernelLayout Layout { get; init; } = new();

    /// <summary>The address-space identifier of the current process, 0 to 5. Its kernel PCID is this plus one, its user PCID that plus 2048.</summary>
    public int Asid { get; init; }

    /// <summary>Whether a flush of the user PCID is pending: the bit of <see cref="Asid"/> in <c>cpu_tlbstate.user_pcid_flush_mask</c> is set.</summary>
    public bool UserFlushPending { get; init; }

    /// <summary>How many CPUs there are. Each has per-CPU variables, GDT, TSS, entry and exception stacks of its own; the IDT is the same for all.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>The tasks, each as the number of the process to which it belongs, counted from 0. Each task has stacks of its own, each process page tables.</summary>
    public IReadOnlyList<int> Tasks { get; init; } = [0];

    /// <summary>
    /// Whether each task has, beside its kernel stack, a stack that the user half of its process maps too (and of no other process). A per-CPU variable <c>cpu_current_pti_stack</c>, if the unit
    /// has it, holds its top.
    /// </summary>
    public bool PtiStacks { get; init; }

    /// <summary>Whether TSS.RSP0 points at the PTI stack of the task that runs, so that events from user mode start there, and not at the entry stack.</summary>
    public bool EntersOnPtiStack { get; init; }

    /// <summary>
    /// What the user half maps besides entry text and the variables that the unit says are user-mapped: names of sections, data and per-CPU variables (whole pages, with all
    /// that is on them), and <see cref="PtiStackName"/>.
    /// </summary>
    public IReadOnlyCollection<string> AlsoInUserHalf { get; init; } = [PtiStackName];

    /// <summary>What <see cref="AlsoInUserHalf"/> calls the PTI stacks.</summary>
    public const string PtiStackName = "PTI stacks";

    /// <summary>Models of C functions by name, in place of those of the kernel environment. A model that the unit declares itself wins over both.</summary>
    public IReadOnlyDictionary<string, CFunction> Functions { get; init; } = new Dictionary<string, CFunction>();

    /// <summary>Page-table isolation is on: there are two halves of the page tables. Not with <see cref="Fred"/>, whose entry code leaves CR3 alone.</summary>
    public bool Pti => Features.Contains("PTI") && !Fred;

    /// <summary>Events are delivered by FRED, if the unit has entry points for it.</summary>
    public bool Fred => Features.Contains("FRED");

    /// <summary>The TLB is tagged by process (CR4.PCIDE).</summary>
    public bool Pcid => Features.Contains("PCID");

    /// <summary>How many processes the tasks belong to.</summary>
    internal int Processes => Tasks.Max() + 1;

    /// <summary>The task that is on a CPU at first; null: the CPU is idle.</summary>
    internal int? FirstTaskOn(int cpu) => cpu < Tasks.Count ? cpu : null;

    /// <summary>The ASID of a process on a CPU. No other process has it on another CPU, so that a CR3 value says to which CPU and process it belongs.</summary>
    internal int AsidOf(int cpu, int process) => (Asid + (cpu * Processes) + process) % AsidCount;

    /// <summary>What is wrong with the options; null: nothing.</summary>
    internal string? Error =>
        Asid is < 0 or >= AsidCount ? $"An ASID is a number from 0 to {AsidCount - 1}, not {Asid}."
        : Processors < 1 ? $"There must be a processor, not {Processors}."
        : Tasks.Count == 0 ? "There must be a task."
        : Tasks.Min() != 0 || Tasks.Distinct().Count() != Processes ? "Tasks belong to processes that are numbered from 0 without a gap."
        : Processors * Processes > AsidCount ? $"{Processors} processors with {Processes} processes each need more ASIDs than the {AsidCount} that there are."
        : EntersOnPtiStack && !PtiStacks ? "Events can start on PTI stacks only where there are some."
        : null;
}
