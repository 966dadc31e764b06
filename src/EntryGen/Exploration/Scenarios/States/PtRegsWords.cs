using EntryGen.Emulation;
using EntryGen.Kernel;

namespace EntryGen.Exploration.Scenarios.States;

/// <summary>Which words of pt_regs hold which register when C code is called.</summary>
internal static class PtRegsWords
{
    private static readonly (Reg Register, int Offset, string Name)[] _all =
    [
        (Reg.R15, PtRegs.R15, "r15"), (Reg.R14, PtRegs.R14, "r14"), (Reg.R13, PtRegs.R13, "r13"), (Reg.R12, PtRegs.R12, "r12"),
        (Reg.Rbp, PtRegs.Rbp, "bp"), (Reg.Rbx, PtRegs.Rbx, "bx"), (Reg.R11, PtRegs.R11, "r11"), (Reg.R10, PtRegs.R10, "r10"),
        (Reg.R9, PtRegs.R9, "r9"), (Reg.R8, PtRegs.R8, "r8"), (Reg.Rax, PtRegs.Rax, "ax"), (Reg.Rcx, PtRegs.Rcx, "cx"),
        (Reg.Rdx, PtRegs.Rdx, "dx"), (Reg.Rsi, PtRegs.Rsi, "si"), (Reg.Rdi, PtRegs.Rdi, "di"),
        (Reg.Rip, PtRegs.Rip, "ip"), (Reg.Cs, PtRegs.Cs, "cs"), (Reg.Rflags, PtRegs.Eflags, "flags"), (Reg.Rsp, PtRegs.Rsp, "sp"), (Reg.Ss, PtRegs.Ss, "ss"),
    ];

    // The number of the call: an int, so what is above does not matter.
    private static readonly (Reg, int, string) _number = (Reg.Rax, PtRegs.OrigRax, "orig_ax");

    private static readonly (Reg, int, string)[] _afterSyscall = [.. Without(Reg.Rax, Reg.Rcx, Reg.R11), _number];

    // SYSCALL overwrites ECX: the vDSO of 32-bit code has put it into EBP before.
    private static readonly (Reg, int, string)[] _afterSyscall32 = [.. _afterSyscall, (Reg.Rbp, PtRegs.Rcx, "cx")];
    private static readonly (Reg, int, string)[] _afterInt80 = Without(Reg.Rax);

    // SYSENTER saves neither where it was nor the stack nor IF: C code makes them up.
    private static readonly (Reg, int, string)[] _afterSysenter = [.. Without(Reg.Rax, Reg.Rcx, Reg.R11, Reg.Rip, Reg.Rsp, Reg.Rflags), _number];

    /// <summary>The words that hold what was interrupted, after an entry of a kind: AX holds an error, and the instruction may have changed more.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="is32Bit">Whether 32-bit code was interrupted.</param>
    public static (Reg Register, int Offset, string Name)[] Of(EntryKind kind, bool is32Bit) => kind switch
    {
        EntryKind.Syscall when is32Bit => _afterSyscall32,
        EntryKind.Syscall => _afterSyscall,
        EntryKind.Sysenter => _afterSysenter,
        EntryKind.Int80 => _afterInt80,
        _ => _all,
    };

    private static (Reg, int, string)[] Without(params Reg[] registers) => [.. _all.Where(word => !registers.Contains(word.Register))];
}
