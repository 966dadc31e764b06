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

    /// <summary>Models of C functions by name, in place of those of the kernel environment. A model that the unit declares itself wins over both.</summary>
    public IReadOnlyDictionary<string, CFunction> Functions { get; init; } = new Dictionary<string, CFunction>();

    /// <summary>Page-table isolation is on: there are two halves of the page tables. Not with <see cref="Fred"/>, whose entry code leaves CR3 alone.</summary>
    public bool Pti => Features.Contains("PTI") && !Fred;

    /// <summary>Events are delivered by FRED, if the unit has entry points for it.</summary>
    public bool Fred => Features.Contains("FRED");

    /// <summary>The TLB is tagged by process (CR4.PCIDE).</summary>
    public bool Pcid => Features.Contains("PCID");
}
