using EntryGen.Emulation;

namespace EntryGen;

/// <summary>A virtual x86-64 processor with its memory: registers, page tables, TLB, pending events, budget, observers, snapshots.</summary>
/// <remarks>
/// One thread at a time may use it. What the guest does wrong is a <see cref="Stop"/>, never an exception; what the host does wrong throws at once.
/// docs/machine-model.md says what is modelled.
/// </remarks>
public sealed partial class Machine
{
    /// <summary>Size of physical memory unless chosen: 64 MiB. Pages that are not touched cost nothing.</summary>
    public const int DefaultMemorySize = 64 << 20;

    /// <summary>Instructions that a new machine may run.</summary>
    public const long DefaultBudget = 1_000_000;

    private const ulong TssSize = 104;

    private VirtualAddress? _perCpuBase;

    /// <summary>A machine in 64-bit mode at CPL 0 with paging on and empty page tables: CR3 is 0, so that nothing is mapped until it is set.</summary>
    /// <param name="features">The features that select the code's alternatives; none when null.</param>
    /// <param name="memorySize">Physical memory in bytes, a multiple of 4096.</param>
    public Machine(FeatureSet? features = null, int memorySize = DefaultMemorySize)
    {
        Memory = new PhysicalMemory(memorySize);
        Linear = new LinearMemory(this);
        Returns = new AcceptedReturns(Registers, Linear);
        _features = features ?? FeatureSet.None;
        CFunctions = new CFunctionTable(Unbind);
        Reset();
    }

    /// <summary>The register file's view through which code runs. Make one where it is needed; it holds no state.</summary>
    public Cpu Cpu
    {
        get
        {
            Linear.SelectContext();
            return new Cpu(this);
        }
    }

    /// <summary>Whose processor this is, where they differ. Not covered by snapshots.</summary>
    public ProcessorVendor Vendor { get; set; }

    /// <summary>Physical memory.</summary>
    public PhysicalMemory Memory { get; }

    /// <summary>The TLB.</summary>
    public Tlb Tlb => Linear.Tlb;

    /// <summary>
    /// The linear address that per-CPU offsets count from: the kernel's GS base. Unless set, it is that of IA32_GS_BASE and IA32_KERNEL_GS_BASE which
    /// lies in the upper half
    /// (the first if both do).
    /// </summary>
    public VirtualAddress PerCpuBase
    {
        get
        {
            var isGsTheKernels = (long)this[Reg.GsBase] < 0 || (long)this[Reg.KernelGsBase] >= 0;
            return _perCpuBase ?? this[isGsTheKernels ? Reg.GsBase : Reg.KernelGsBase];
        }

        set => _perCpuBase = value;
    }

    /// <summary>The page table through which <see cref="Peek{T}"/> and <see cref="Poke{T}"/> see memory, as a CR3 value; null takes the current CR3.</summary>
    public PhysicalAddress? HostPageTable { get; set; }

    /// <summary>A register. Setting one takes effect at once, also where it decides about access rights; nothing is checked or invalidated.</summary>
    /// <param name="register">Which one.</param>
    public ulong this[Reg register]
    {
        get => Registers[(int)Check(register)];
        set
        {
            Registers[(int)Check(register)] = value;
            Linear.SelectContext();
        }
    }

    internal ulong[] Registers { get; } = new ulong[HiddenState.Length];

    internal LinearMemory Linear { get; }

    internal AcceptedReturns Returns { get; }

    /// <summary>Puts the registers in the state of a new machine; memory stays, the TLB is emptied.</summary>
    /// <exception cref="InvalidOperationException">The machine is running.</exception>
    public void Reset()
    {
        ThrowIfRunning();
        Array.Clear(Registers);
        Registers[(int)Reg.Rflags] = Flags.Reserved1;
        Registers[(int)Reg.Cr0] = Cr0Bits.PE | Cr0Bits.MP | Cr0Bits.ET | Cr0Bits.NE | Cr0Bits.WP | Cr0Bits.AM | Cr0Bits.PG;
        Registers[(int)Reg.Cr4] =
            Cr4Bits.DE | Cr4Bits.PSE | Cr4Bits.PAE | Cr4Bits.MCE | Cr4Bits.PGE | Cr4Bits.OSFXSR | Cr4Bits.OSXMMEXCPT;
        Registers[(int)Reg.Efer] = EferBits.SCE | EferBits.LME | EferBits.LMA | EferBits.NXE;
        Registers[(int)Reg.Cs] = 0x10;
        Registers[(int)Reg.Ss] = 0x18;
        Registers[(int)Reg.Dr6] = 0xFFFF_0FF0;
        Registers[(int)Reg.Dr7] = 0x400;
        Registers[(int)Reg.Xcr0] = Xcr0Bits.X87;
        Registers[HiddenState.TrLimit] = TssSize - 1;
        TimeStampCounter = 0;
        Linear.Tlb.FlushAll();
        Linear.ForgetWindows();
        Pending = default;
    }

    internal void ModeChanged() => Linear.SelectContext();

    private static Reg Check(Reg register) =>
        (uint)register < (uint)Reg.Count ? register : throw new ArgumentOutOfRangeException(nameof(register), register, "Not a register.");
}
