namespace EntryGen.Emulation;

/// <summary>Bits of RFLAGS (SDM vol. 1, 3.4.3).</summary>
public static class Flags
{
#pragma warning disable CS1591 // the names are the SDM's
    public const ulong CF = 1UL << 0;
    public const ulong Reserved1 = 1UL << 1;
    public const ulong PF = 1UL << 2;
    public const ulong AF = 1UL << 4;
    public const ulong ZF = 1UL << 6;
    public const ulong SF = 1UL << 7;
    public const ulong TF = 1UL << 8;
    public const ulong IF = 1UL << 9;
    public const ulong DF = 1UL << 10;
    public const ulong OF = 1UL << 11;
    public const ulong IOPL = 3UL << 12;
    public const ulong NT = 1UL << 14;
    public const ulong RF = 1UL << 16;
    public const ulong VM = 1UL << 17;
    public const ulong AC = 1UL << 18;
    public const ulong VIF = 1UL << 19;
    public const ulong VIP = 1UL << 20;
    public const ulong ID = 1UL << 21;
#pragma warning restore CS1591

    /// <summary>The arithmetic flags.</summary>
    public const ulong Status = CF | PF | AF | ZF | SF | OF;

    /// <summary>Every bit that is not reserved.</summary>
    public const ulong All = Status | TF | IF | DF | IOPL | NT | RF | VM | AC | VIF | VIP | ID;
}

/// <summary>Bits of CR0 (SDM vol. 3A, 2.5).</summary>
public static class Cr0Bits
{
#pragma warning disable CS1591 // the names are the SDM's
    public const ulong PE = 1UL << 0;
    public const ulong MP = 1UL << 1;
    public const ulong EM = 1UL << 2;
    public const ulong TS = 1UL << 3;
    public const ulong ET = 1UL << 4;
    public const ulong NE = 1UL << 5;
    public const ulong WP = 1UL << 16;
    public const ulong AM = 1UL << 18;
    public const ulong NW = 1UL << 29;
    public const ulong CD = 1UL << 30;
    public const ulong PG = 1UL << 31;
#pragma warning restore CS1591
}

/// <summary>Bits of CR3 when CR4.PCIDE is set (SDM vol. 3A, 2.5 and 4.5), and the two that page-table isolation uses.</summary>
public static class Cr3Bits
{
    /// <summary>The process-context identifier.</summary>
    public const ulong PcidMask = 0xFFF;

    /// <summary>In the source operand of MOV to CR3: do not invalidate. Never stored.</summary>
    public const ulong NoFlush = 1UL << 63;

    /// <summary>Linux: the user half of the pair of top-level tables.</summary>
    public const ulong UserPageTable = 1UL << 12;

    /// <summary>Linux: the user half's PCID.</summary>
    public const ulong UserPcid = 1UL << 11;

    /// <summary>The physical address of the top-level table.</summary>
    public const ulong AddressMask = ((1UL << PhysicalAddress.Width) - 1) & ~0xFFFUL;
}

/// <summary>Bits of CR4 (SDM vol. 3A, 2.5).</summary>
public static class Cr4Bits
{
#pragma warning disable CS1591 // the names are the SDM's
    public const ulong VME = 1UL << 0;
    public const ulong PVI = 1UL << 1;
    public const ulong TSD = 1UL << 2;
    public const ulong DE = 1UL << 3;
    public const ulong PSE = 1UL << 4;
    public const ulong PAE = 1UL << 5;
    public const ulong MCE = 1UL << 6;
    public const ulong PGE = 1UL << 7;
    public const ulong PCE = 1UL << 8;
    public const ulong OSFXSR = 1UL << 9;
    public const ulong OSXMMEXCPT = 1UL << 10;
    public const ulong UMIP = 1UL << 11;
    public const ulong LA57 = 1UL << 12;
    public const ulong FSGSBASE = 1UL << 16;
    public const ulong PCIDE = 1UL << 17;
    public const ulong OSXSAVE = 1UL << 18;
    public const ulong SMEP = 1UL << 20;
    public const ulong SMAP = 1UL << 21;
    public const ulong CET = 1UL << 23;
    public const ulong FRED = 1UL << 32;
#pragma warning restore CS1591
}

/// <summary>Bits of IA32_EFER (SDM vol. 3A, 2.2.1).</summary>
public static class EferBits
{
#pragma warning disable CS1591 // the names are the SDM's
    public const ulong SCE = 1UL << 0;
    public const ulong LME = 1UL << 8;
    public const ulong LMA = 1UL << 10;
    public const ulong NXE = 1UL << 11;
#pragma warning restore CS1591
}

/// <summary>Bits of XCR0 (SDM vol. 1, 13.3).</summary>
public static class Xcr0Bits
{
    /// <summary>x87 state; always set.</summary>
    public const ulong X87 = 1UL << 0;

    /// <summary>SSE state.</summary>
    public const ulong Sse = 1UL << 1;

    /// <summary>AVX state; needs <see cref="Sse"/>.</summary>
    public const ulong Avx = 1UL << 2;

    /// <summary>The states that the processor has.</summary>
    public const ulong Supported = X87 | Sse | Avx;
}

/// <summary>Bits of IA32_U_CET and IA32_S_CET that indirect-branch tracking uses (SDM vol. 1, 17.3; vol. 4).</summary>
public static class CetBits
{
    /// <summary>ENDBR_EN: indirect branches are tracked.</summary>
    public const ulong EndbranchEnable = 1UL << 2;

    /// <summary>LEG_IW_EN: pages that the legacy bitmap marks may be entered without ENDBR64.</summary>
    public const ulong LegacyEnable = 1UL << 3;

    /// <summary>NO_TRACK_EN: branches with the NOTRACK prefix are not tracked.</summary>
    public const ulong NoTrackEnable = 1UL << 4;

    /// <summary>SUPPRESS_DIS: entering a legacy page does not suppress tracking.</summary>
    public const ulong SuppressDisable = 1UL << 5;

    /// <summary>SUPPRESS: tracking is suppressed until the next ENDBR64.</summary>
    public const ulong Suppress = 1UL << 10;

    /// <summary>TRACKER: WAIT_FOR_ENDBRANCH, not IDLE.</summary>
    public const ulong WaitForEndbranch = 1UL << 11;

    /// <summary>EB_LEG_BITMAP_BASE: the linear address of the legacy bitmap, one bit a page.</summary>
    public const ulong LegacyBitmapMask = ~0xFFFUL;

    /// <summary>Reserved, and those of shadow stacks, which the processor does not enumerate.</summary>
    internal const ulong Reserved = 0x3C3;
}

/// <summary>Bits of <see cref="Reg.EventState"/>.</summary>
public static class EventBits
{
    /// <summary>An NMI was delivered and no IRET has executed since: further ones wait.</summary>
    public const ulong NmiBlocked = 1UL << 0;

    /// <summary>One NMI waits.</summary>
    public const ulong NmiLatched = 1UL << 1;

    /// <summary>The last instruction was MOV to SS or POP SS.</summary>
    public const ulong MovSsShadow = 1UL << 2;

    /// <summary>The last instruction was an STI that set IF.</summary>
    public const ulong StiShadow = 1UL << 3;

    /// <summary>Both shadows: of MOV SS and of STI.</summary>
    internal const ulong Shadows = MovSsShadow | StiShadow;

    /// <summary>IA32_MCG_STATUS.MCIP: a machine check is in progress.</summary>
    public const ulong MachineCheckInProgress = 1UL << 4;

    /// <summary>TF was set when the present instruction began: a debug trap follows it.</summary>
    public const ulong SingleStep = 1UL << 6;

    /// <summary>The present instruction has loaded RF.</summary>
    internal const ulong KeepResumeFlag = 1UL << 7;
}
