using EntryGen.Emulation;

namespace EntryGen;

/// <summary>SYSCALL, SYSRET, SYSENTER and SYSEXIT, as Intel's processors do them (SDM vol. 2).</summary>
public ref partial struct Cpu
{
    private const ulong SysretFlags = 0x3C_7FD7;

    /// <summary>
    /// SYSCALL: RCX and R11 take the return address and RFLAGS; RIP is LSTAR, or CSTAR when CS is the selector that SYSRET gives 32-bit code. No memory
    /// is touched;
    /// RSP, CR3 and GS stay.
    /// </summary>
    /// <param name="next">The address after the instruction.</param>
    /// <returns>False: #UD unless EFER.SCE is set.</returns>
    public readonly bool Syscall(ulong next)
    {
        if ((Efer & EferBits.SCE) == 0)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        if ((At(Reg.Cr4) & Cr4Bits.FRED) != 0)
        {
            return FredDelivery.TryDeliver(Machine, FredEventType.SystemCall, FredDelivery.SyscallVector, 0, next);
        }

        var star = At(Reg.Star);
        var isCompatibility = (At(Reg.Cs) & 0xFFFF) == (((star >> 48) & 0xFFFF) | 3);
        var flags = At(Reg.Rflags);
        At(Reg.Rcx) = next;
        At(Reg.R11) = flags & ~Flags.RF;
        At(Reg.Rip) = At(isCompatibility ? Reg.Cstar : Reg.Lstar);
        At(Reg.Rflags) = (flags & ~At(Reg.Sfmask) & ~Flags.RF) | Flags.Reserved1;
        Machine.StepAsFlagsSay();
        EnterKernelSegments((star >> 32) & 0xFFFC);
        return true;
    }

    /// <summary>SYSRET: RIP and RFLAGS come from RCX and R11. RSP stays.</summary>
    /// <param name="width">The operand size in bytes: 8 returns to 64-bit code, 4 to 32-bit code.</param>
    /// <returns>False: #UD unless EFER.SCE is set and CR4.FRED clear; #GP(0) unless at CPL 0, and for a return address that is not canonical, which is taken before the
    /// level changes.</returns>
    public readonly bool Sysret(int width)
    {
        if ((Efer & EferBits.SCE) == 0 || (At(Reg.Cr4) & Cr4Bits.FRED) != 0)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        var target = At(Reg.Rcx);
        if (PrivilegeLevel != 0 || (width == 8 && !LinearMemory.IsCanonical(target) && Machine.Vendor == ProcessorVendor.Intel))
        {
            return Fail(Vectors.GeneralProtection);
        }

        var selector = (At(Reg.Star) >> 48) & 0xFFFF;
        At(Reg.Rip) = width == 8 ? target : (uint)target;
        At(Reg.Rflags) = (At(Reg.R11) & SysretFlags) | Flags.Reserved1;
        At(Reg.Cs) = ((selector + (width == 8 ? 16UL : 0)) & 0xFFFF) | 3;
        At(Reg.Ss) = ((selector + 8) & 0xFFFF) | 3;
        Machine.StepAsFlagsSay();
        Machine.ModeChanged();
        return true;
    }

    /// <summary>SYSEXIT: RIP and RSP come from RDX and RCX, CS and SS from IA32_SYSENTER_CS. RFLAGS stays.</summary>
    /// <param name="width">The operand size in bytes: 8 returns to 64-bit code, 4 to 32-bit code.</param>
    /// <returns>
    /// False: #UD when CR4.FRED is set, and on AMD's processors; #GP(0) unless at CPL 0 with an IA32_SYSENTER_CS that is not null, and for addresses of 64-bit code that are
    /// not canonical.
    /// </returns>
    public readonly bool Sysexit(int width)
    {
        if (Machine.Vendor == ProcessorVendor.Amd || (At(Reg.Cr4) & Cr4Bits.FRED) != 0)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        var (rip, rsp, selector) = (At(Reg.Rdx), At(Reg.Rcx), At(Reg.SysenterCs) & 0xFFFF);
        var isAllowed = PrivilegeLevel == 0
            && !DescriptorReader.IsNull(selector)
            && (width != 8 || (LinearMemory.IsCanonical(rip) && LinearMemory.IsCanonical(rsp)));
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var code = selector + (width == 8 ? 32UL : 16UL);
        At(Reg.Rip) = width == 8 ? rip : (uint)rip;
        At(Reg.Rsp) = width == 8 ? rsp : (uint)rsp;
        At(Reg.Cs) = (code & 0xFFFF) | 3;
        At(Reg.Ss) = ((code + 8) & 0xFFFF) | 3;
        Machine.ModeChanged();
        return true;
    }

    /// <summary>SYSENTER: RSP and RIP come from MSRs; IF, VM and RF are cleared, TF, NT, AC and DF stay the user's.</summary>
    /// <param name="next">The address after the instruction, which only FRED saves.</param>
    /// <returns>False: #GP(0) when IA32_SYSENTER_CS is null; #UD on AMD's processors.</returns>
    public readonly bool Sysenter(ulong next)
    {
        if (Machine.Vendor == ProcessorVendor.Amd)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        var selector = At(Reg.SysenterCs) & 0xFFFC;
        if (selector == 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        if ((At(Reg.Cr4) & Cr4Bits.FRED) != 0)
        {
            return FredDelivery.TryDeliver(Machine, FredEventType.SystemCall, FredDelivery.SysenterVector, 0, next);
        }

        At(Reg.Rsp) = At(Reg.SysenterEsp);
        At(Reg.Rip) = At(Reg.SysenterEip);
        At(Reg.Rflags) &= ~(Flags.IF | Flags.VM | Flags.RF);
        EnterKernelSegments(selector);
        return true;
    }

    private readonly void EnterKernelSegments(ulong codeSelector)
    {
        At(Reg.Cs) = codeSelector;
        At(Reg.Ss) = codeSelector + 8;
        Machine.ExpectEndbranch();
        Machine.ModeChanged();
    }
}
