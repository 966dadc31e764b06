namespace EntryGen.Exploration.Scenarios;

/// <summary>The ids of the named properties, as constants: for attributes, and for the generator, which knows no other names.</summary>
public static class PropertyIds
{
    /// <summary><see cref="EntryProperties.Cr3Restored"/>: an event leaves CR3 as it found it: table, half and PCID.</summary>
    public const string Cr3Restored = "P1.1";

    /// <summary><see cref="EntryProperties.NoStaleTranslation"/>: no stale translation is used by user code.</summary>
    public const string NoStaleTranslation = "P1.2";

    /// <summary><see cref="EntryProperties.BookkeepingAgrees"/>: the bookkeeping agrees with CR3 where interrupts are on.</summary>
    public const string BookkeepingAgrees = "P1.3";

    /// <summary><see cref="EntryProperties.UserHalfRestored"/>: kernel code that ran on the user page tables runs on them again.</summary>
    public const string UserHalfRestored = "P1.4";

    /// <summary><see cref="EntryProperties.MaskClearedWithFlush"/>: a bit of the flush mask is cleared only with a flush.</summary>
    public const string MaskClearedWithFlush = "P1.5";

    /// <summary><see cref="EntryProperties.UserRunsOnUserHalf"/>: user code never runs on the kernel page tables.</summary>
    public const string UserRunsOnUserHalf = "P1.6";

    /// <summary><see cref="EntryProperties.PcidOfTable"/>: the TLB's tag belongs to the table: otherwise translations of one serve the other.</summary>
    public const string PcidOfTable = "cr3-pcid";

    /// <summary><see cref="EntryProperties.Returns"/>: control comes back to what was interrupted.</summary>
    public const string Returns = "return";

    /// <summary><see cref="EntryProperties.RegistersPreserved"/>: the interrupted code finds its registers.</summary>
    public const string RegistersPreserved = "registers";

    /// <summary><see cref="EntryProperties.GsRestored"/>: GS bases and SPEC_CTRL are as they were.</summary>
    public const string GsRestored = "gs";

    /// <summary><see cref="EntryProperties.SpecCtrlRestored"/>: IBRS is as it was.</summary>
    public const string SpecCtrlRestored = "spec-ctrl";

    /// <summary><see cref="EntryProperties.CallsOnKernelHalf"/>: C code runs on the kernel page tables.</summary>
    public const string CallsOnKernelHalf = "c-cr3";

    /// <summary><see cref="EntryProperties.CallsWithKernelGs"/>: C code finds its per-CPU variables.</summary>
    public const string CallsWithKernelGs = "c-gs";

    /// <summary><see cref="EntryProperties.CallsOnItsStack"/>: C code runs on a stack that it may use: an event from user mode on the thread's.</summary>
    public const string CallsOnItsStack = "c-stack";

    /// <summary><see cref="EntryProperties.CallsWithFlags"/>: C code finds the flags that its compiler relies on.</summary>
    public const string CallsWithFlags = "c-flags";

    /// <summary><see cref="EntryProperties.CallsWithIbrs"/>: C code with IBRS: it is on while the kernel runs, where the kernel uses it.</summary>
    public const string CallsWithIbrs = "c-ibrs";

    /// <summary><see cref="EntryProperties.PtRegsTrue"/>: pt_regs that C code is given say what was interrupted.</summary>
    public const string PtRegsTrue = "pt-regs";

    /// <summary><see cref="EntryProperties.NoFault"/>: entry code does not fault.</summary>
    public const string NoFault = "no-fault";

    /// <summary><see cref="EntryProperties.NoLostNmi"/>: each NMI is handled.</summary>
    public const string NoLostNmi = "no-lost-nmi";

    /// <summary><see cref="EntryProperties.NoShutdown"/>: no triple fault.</summary>
    public const string NoShutdown = "no-shutdown";

    /// <summary><see cref="EntryProperties.Ends"/>: runs end.</summary>
    public const string Ends = "ends";

    /// <summary><see cref="EntryProperties.SchedulesOnThreadStack"/>: only code on the thread stack schedules.</summary>
    public const string SchedulesOnThreadStack = "schedule";

    /// <summary><see cref="EntryProperties.StaysInCode"/>: control stays in code.</summary>
    public const string StaysInCode = "no-stray";

    /// <summary><see cref="EntryProperties.EntryFrame"/>: what is moved to the thread's stack is what the processor pushed.</summary>
    public const string EntryFrame = "entry-frame";

    /// <summary><see cref="EntryProperties.TranslationsPresent"/>: only translations of the present page tables are used, whatever the TLB may hold.</summary>
    public const string TranslationsPresent = "tlb";

    /// <summary><see cref="SwitchProperties.UserRegisters"/>: user registers come back.</summary>
    public const string UserRegisters = "P2.1";

    /// <summary><see cref="SwitchProperties.StacksUsable"/>: stacks can be used where they are.</summary>
    public const string StacksUsable = "P2.2";

    /// <summary><see cref="SwitchProperties.MemoryMapped"/>: memory is mapped where it is used.</summary>
    public const string MemoryMapped = "P2.3";

    /// <summary><see cref="SwitchProperties.PerCpuWithKernelGs"/>: per-CPU accesses use the kernel's GS base.</summary>
    public const string PerCpuWithKernelGs = "P2.4";

    /// <summary><see cref="SwitchProperties.GsAtCr3Write"/>: the convention about the order of SWAPGS and CR3.</summary>
    public const string GsAtCr3Write = "P2.5";

    /// <summary><see cref="SwitchProperties.HalfRestored"/>: what is saved is put back.</summary>
    public const string HalfRestored = "P2.6";

    /// <summary><see cref="SwitchProperties.EachOnItsHalf"/>: user code on the user half, C code on the kernel's.</summary>
    public const string EachOnItsHalf = "P2.7";

    /// <summary><see cref="SwitchProperties.NmisSurvive"/>: NMIs do not destroy each other's frames.</summary>
    public const string NmisSurvive = "P2.8";
}
