namespace EntryGen.Emulation;

/// <summary>Places in the register file. The first sixteen are the general registers in encoding order.</summary>
public enum Reg
{
#pragma warning disable CS1591 // the names are the SDM's
    Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15,
    Rip, Rflags,
    Cr0, Cr2, Cr3, Cr4,
    FsBase, GsBase, KernelGsBase,
    Es, Cs, Ss, Ds, Fs, Gs,
    Dr6, Dr7,
    Efer, Star, Lstar, Cstar, Sfmask, SysenterCs, SysenterEsp, SysenterEip, SpecCtrl, TscAux,
    UCet, SCet, Xcr0,
    GdtBase, GdtLimit, IdtBase, IdtLimit, TrBase, TrSelector, LdtrSelector,
    /// <summary>Bit 0 NMI blocked, 1 NMI latched, 2 MOV SS shadow, 3 STI shadow, 4 MCIP, 6 single step.</summary>
    EventState,
    Count,
#pragma warning restore CS1591
}
