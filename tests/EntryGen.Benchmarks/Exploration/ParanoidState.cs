namespace EntryGen.Benchmarks.Exploration;

/// <summary>
/// The state of <see cref="ParanoidModel"/> in 49 bits: a frame of 11 bits for each level of nesting (instruction 5, saved CR3 2, CR3 on entry 2, event 2),
/// then the level 2, CR3 2 (0 and 1: kernel half of mm 0 and 1; 2 and 3: user half), whether an NMI is running 1.
/// </summary>
internal readonly record struct ParanoidState
{
    private const int FrameBits = 11, SavedAt = 5, EntryAt = 7, KindAt = 9, DepthAt = 44, Cr3At = 46, NmiAt = 48;
    private const ulong FrameMask = (1UL << FrameBits) - 1;
    private readonly ulong _bits;

    private ParanoidState(ulong bits) => _bits = bits;

    /// <summary>How many events are nested.</summary>
    public int Depth => (int)(_bits >> DepthAt) & 3;

    /// <summary>The live CR3.</summary>
    public int Cr3 => (int)(_bits >> Cr3At) & 3;

    /// <summary>Whether an NMI is running.</summary>
    public bool InNmi => (_bits >> NmiAt & 1) != 0;

    /// <summary>The next instruction.</summary>
    public int Pc => Frame & 31;

    /// <summary>The CR3 that the running event saved.</summary>
    public int SavedCr3 => Frame >> SavedAt & 3;

    /// <summary>The CR3 that the running event interrupted.</summary>
    public int EntryCr3 => Frame >> EntryAt & 3;

    /// <summary>What is running.</summary>
    public EventKind Kind => (EventKind)(Frame >> KindAt & 3);

    private int Shift => FrameBits * Depth;

    private int Frame => (int)(_bits >> Shift & FrameMask);

    /// <summary>With another live CR3.</summary>
    public ParanoidState WithCr3(int cr3) => new(_bits & ~(3UL << Cr3At) | (ulong)cr3 << Cr3At);

    /// <summary>With another next instruction.</summary>
    public ParanoidState WithPc(int pc) => new(_bits & ~(31UL << Shift) | (ulong)pc << Shift);

    /// <summary>With a CR3 saved.</summary>
    public ParanoidState WithSavedCr3(int cr3) => new(_bits & ~(3UL << (Shift + SavedAt)) | (ulong)cr3 << (Shift + SavedAt));

    /// <summary>After an event came.</summary>
    public ParanoidState Entered(EventKind kind) => new(
        _bits + (1UL << DepthAt) | ((ulong)Cr3 << EntryAt | (ulong)kind << KindAt) << (Shift + FrameBits) | (kind == EventKind.Nmi ? 1UL << NmiAt : 0));

    /// <summary>After the running event returned.</summary>
    public ParanoidState Left() => new((_bits & ~(FrameMask << Shift) & ~(Kind == EventKind.Nmi ? 1UL << NmiAt : 0)) - (1UL << DepthAt));
}
