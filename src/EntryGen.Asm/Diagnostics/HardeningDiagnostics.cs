namespace EntryGen.Asm.Diagnostics;

/// <summary>Rules about speculation and hardening, EG3000 to EG3999.</summary>
public static class HardeningDiagnostics
{
    /// <summary>A per-CPU access may run ahead, on the wrong leg of a conditional SWAPGS.</summary>
    public static readonly AsmDiagnosticDescriptor UnfencedSwapgs = new("EG3001", "Conditional SWAPGS without a fence", AsmSeverity.Warning);

    /// <summary>There is a fence on the wrong leg of a conditional SWAPGS, but with these features it is patched away.</summary>
    public static readonly AsmDiagnosticDescriptor EmptyFence = new("EG3002", "Fence of a conditional SWAPGS is empty with these features", AsmSeverity.Warning);

    /// <summary>A return is predicted as user mode trained it.</summary>
    public static readonly AsmDiagnosticDescriptor TrainedReturn = new("EG3003", "Return before the return predictor is untrained", AsmSeverity.Warning);

    /// <summary>Kernel text that the user half of the page tables does not map is called while it is live.</summary>
    public static readonly AsmDiagnosticDescriptor UnmappedText = new("EG3004", "Kernel text outside of the entry text is run with the user's CR3", AsmSeverity.Warning);

    /// <summary>The kernel's branches are predicted without IBRS.</summary>
    public static readonly AsmDiagnosticDescriptor IbrsOff = new("EG3005", "Kernel code runs with IBRS off", AsmSeverity.Warning);

    /// <summary>SPEC_CTRL is left as the kernel wants it.</summary>
    public static readonly AsmDiagnosticDescriptor IbrsNotPutBack = new("EG3006", "IBRS is not put back", AsmSeverity.Warning);

    /// <summary>SPEC_CTRL is written where its variable cannot be read.</summary>
    public static readonly AsmDiagnosticDescriptor IbrsWithUserCr3 = new("EG3007", "IBRS is switched with the user's CR3", AsmSeverity.Warning);

    /// <summary>User mode can sample what is left in the CPU's buffers.</summary>
    public static readonly AsmDiagnosticDescriptor BuffersNotCleared = new("EG3008", "Return to user mode without clearing CPU buffers", AsmSeverity.Warning);

    /// <summary>A system call runs with the branch history of user mode.</summary>
    public static readonly AsmDiagnosticDescriptor BranchHistory = new("EG3009", "System call with user mode's branch history", AsmSeverity.Warning);

    /// <summary>C code may run with AC, NT or TF set.</summary>
    public static readonly AsmDiagnosticDescriptor UserFlags = new("EG3010", "C function is called with a flag of user mode's", AsmSeverity.Warning);

    /// <summary>An entry that the processor reaches indirectly does not start with ENDBR64.</summary>
    public static readonly AsmDiagnosticDescriptor NoEndbr = new("EG3011", "Entry does not start with ENDBR64", AsmSeverity.Warning);

    /// <summary>SYSRET with a frame that it cannot return to.</summary>
    public static readonly AsmDiagnosticDescriptor UncheckedSysret = new("EG3012", "SYSRET without a check of its frame", AsmSeverity.Warning);

    /// <summary>SYSRET goes elsewhere than pt_regs says.</summary>
    public static readonly AsmDiagnosticDescriptor SysretRegisters = new("EG3013", "SYSRET with another RCX or R11 than pt_regs has", AsmSeverity.Warning);

    /// <summary>A return sequence that an exception interrupted goes on unprotected.</summary>
    public static readonly AsmDiagnosticDescriptor InterruptedSafeReturn = new("EG3014", "Interrupted safe return is not completed", AsmSeverity.Warning);

    /// <summary>An unwind hint and the stack contradict each other.</summary>
    public static readonly AsmDiagnosticDescriptor UnwindHint = new("EG3015", "Unwind hint contradicts the stack", AsmSeverity.Warning);

    /// <summary>A function lacks code for a feature that Linux has there and nowhere else.</summary>
    public static readonly AsmDiagnosticDescriptor MissingMitigation = new("EG3016", "Function lacks a mitigation that it has in Linux", AsmSeverity.Warning);

    /// <summary>A RET of entry code that nobody counts.</summary>
    public static readonly AsmDiagnosticDescriptor CallDepth = new("EG3017", "Return that is not counted", AsmSeverity.Warning);
}
