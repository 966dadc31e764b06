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
}
