namespace EntryGen.Asm.Diagnostics;

/// <summary>Rules about CR3, the GS base, stacks and registers, EG2000 to EG2999.</summary>
public static class StateDiagnostics
{
    /// <summary>A per-CPU access while the user's GS base is live.</summary>
    public static readonly AsmDiagnosticDescriptor PerCpuWithUserGs = new("EG2001", "Per-CPU access with the user's GS base", AsmSeverity.Warning);

    /// <summary>C code runs on the user's page tables.</summary>
    public static readonly AsmDiagnosticDescriptor CWithUserCr3 = new("EG2002", "C function is called with the user's CR3", AsmSeverity.Warning);

    /// <summary>C code runs with the user's GS base.</summary>
    public static readonly AsmDiagnosticDescriptor CWithUserGs = new("EG2003", "C function is called with the user's GS base", AsmSeverity.Warning);

    /// <summary>User mode gets the kernel's page tables.</summary>
    public static readonly AsmDiagnosticDescriptor UserWithKernelCr3 = new("EG2004", "Return to user mode with the kernel's CR3", AsmSeverity.Warning);

    /// <summary>The interrupted kernel code gets another CR3 than it had.</summary>
    public static readonly AsmDiagnosticDescriptor Cr3NotRestored = new("EG2005", "CR3 is not put back", AsmSeverity.Warning);

    /// <summary>What is returned to gets the wrong GS base.</summary>
    public static readonly AsmDiagnosticDescriptor GsNotRestored = new("EG2006", "GS base is not put back", AsmSeverity.Warning);

    /// <summary>Memory that the user half of the page tables does not map is used while it is live.</summary>
    public static readonly AsmDiagnosticDescriptor UnmappedAccess = new("EG2007", "Access to memory that the user's CR3 does not map", AsmSeverity.Warning);

    /// <summary>A push or call on a stack that user mode chose.</summary>
    public static readonly AsmDiagnosticDescriptor UnsafeStack = new("EG2008", "Stack pointer is the user's", AsmSeverity.Warning);

    /// <summary>C code may run with the direction flag set.</summary>
    public static readonly AsmDiagnosticDescriptor CWithDirectionFlag = new("EG2009", "C function is called with DF unknown", AsmSeverity.Warning);

    /// <summary>A register of what was interrupted is lost.</summary>
    public static readonly AsmDiagnosticDescriptor RegisterNotRestored = new("EG2010", "Register is not put back", AsmSeverity.Warning);

    /// <summary>A slot of pt_regs holds something else than the register it stands for.</summary>
    public static readonly AsmDiagnosticDescriptor FrameSlot = new("EG2011", "pt_regs slot does not hold its register", AsmSeverity.Warning);

    /// <summary>The half of the page tables and its PCID do not belong together.</summary>
    public static readonly AsmDiagnosticDescriptor PcidMismatch = new("EG2012", "PCID does not belong to the page tables", AsmSeverity.Warning);

    /// <summary>C code runs on a stack that is not made for it.</summary>
    public static readonly AsmDiagnosticDescriptor CStack = new("EG2013", "C function runs on the entry stack", AsmSeverity.Warning);

    /// <summary>C code runs on an IST stack though user mode was interrupted.</summary>
    public static readonly AsmDiagnosticDescriptor UserOnIst = new("EG2014", "C function runs on an IST stack for user mode", AsmSeverity.Warning);

    /// <summary>An IRET takes a frame that is not the one of what was interrupted.</summary>
    public static readonly AsmDiagnosticDescriptor FrameNotRestored = new("EG2015", "IRET takes another frame", AsmSeverity.Warning);

    /// <summary>A RET takes something that is no return address.</summary>
    public static readonly AsmDiagnosticDescriptor NoReturnAddress = new("EG2016", "RET finds no return address", AsmSeverity.Warning);

    /// <summary>IA32_SPEC_CTRL gets a value that means something else.</summary>
    public static readonly AsmDiagnosticDescriptor SpecCtrlValue = new("EG2017", "SPEC_CTRL gets something else than it had", AsmSeverity.Warning);

    /// <summary>The test of a pending flush, its bit and bit 63 of CR3 do not go together.</summary>
    public static readonly AsmDiagnosticDescriptor PendingFlush = new("EG2018", "Pending flush of the user half is lost", AsmSeverity.Warning);

    /// <summary>Bit 63 of CR3 where it is reserved.</summary>
    public static readonly AsmDiagnosticDescriptor NoFlushWithoutPcid = new("EG2019", "CR3 is written with bit 63 and no PCID", AsmSeverity.Warning);

    /// <summary>An NMI that hits another one destroys its frame, is lost, or is taken for one.</summary>
    public static readonly AsmDiagnosticDescriptor NmiNesting = new("EG2020", "NMI that hits another one is not handled", AsmSeverity.Warning);

    /// <summary>ERETU to the kernel or ERETS to user mode.</summary>
    public static readonly AsmDiagnosticDescriptor FredReturn = new("EG2021", "FRED return to the wrong side", AsmSeverity.Warning);

    /// <summary>The entry points of FRED are not where the processor jumps.</summary>
    public static readonly AsmDiagnosticDescriptor FredEntry = new("EG2022", "FRED entry point is at the wrong place", AsmSeverity.Warning);

    /// <summary>The frame pointer does not say that pt_regs follow.</summary>
    public static readonly AsmDiagnosticDescriptor FramePointer = new("EG2023", "Frame pointer does not name pt_regs", AsmSeverity.Warning);

    /// <summary>A return address is overwritten where the unwinder looks for it.</summary>
    public static readonly AsmDiagnosticDescriptor ReturnAddressLost = new("EG2024", "Return address is overwritten without an unwind hint", AsmSeverity.Warning);

    /// <summary>pt_regs of user mode lie elsewhere than at the end of the stack.</summary>
    public static readonly AsmDiagnosticDescriptor FramePlace = new("EG2025", "pt_regs are not at the end of the stack", AsmSeverity.Warning);

    /// <summary>C code starts with a value of the user's in a register.</summary>
    public static readonly AsmDiagnosticDescriptor UserRegister = new("EG2026", "C function gets a register as user mode left it", AsmSeverity.Warning);

    /// <summary>A C function does not get the argument it expects.</summary>
    public static readonly AsmDiagnosticDescriptor Argument = new("EG2027", "C function gets another argument", AsmSeverity.Warning);

    /// <summary>Translations are flushed though none must be.</summary>
    public static readonly AsmDiagnosticDescriptor NeedlessFlush = new("EG2028", "CR3 write flushes without need", AsmSeverity.Info);

    /// <summary>CR3 is switched before the GS base.</summary>
    public static readonly AsmDiagnosticDescriptor SwitchOrder = new("EG2029", "CR3 is switched before SWAPGS", AsmSeverity.Warning) { IsOptInForFiles = true };

    /// <summary>CR3 gets something that is no page table.</summary>
    public static readonly AsmDiagnosticDescriptor NoPageTable = new("EG2030", "CR3 gets something that is no page table", AsmSeverity.Warning);

    /// <summary>User mode, or what was interrupted, is returned to and no handler was called.</summary>
    public static readonly AsmDiagnosticDescriptor NoHandler = new("EG2031", "Entry ends without its handler", AsmSeverity.Warning);

    /// <summary>Control goes on behind the last instruction of a function.</summary>
    public static readonly AsmDiagnosticDescriptor RunsOff = new("EG2032", "Control runs off the end of a function", AsmSeverity.Warning);

    /// <summary>RDMSR or WRMSR with something in ECX that nobody put there for it.</summary>
    public static readonly AsmDiagnosticDescriptor MsrNumber = new("EG2033", "MSR is not the one that was meant", AsmSeverity.Warning);

    /// <summary>A switch of tasks pops other registers than it pushed.</summary>
    public static readonly AsmDiagnosticDescriptor TaskFrame = new("EG2034", "Task goes on with other registers than it had", AsmSeverity.Warning);
}
