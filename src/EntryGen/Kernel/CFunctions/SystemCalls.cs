using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>The C side of system calls (<c>arch/x86/entry/common.c</c>): each succeeds at once.</summary>
internal sealed class SystemCalls(KernelContext kernel)
{
    /// <summary>What a system call returns to the user program.</summary>
    public const ulong Result = 0x5ca1_1e55;

    // The functions that return bool leave the rest of RAX as it comes: code that tests more than AL must not work by luck.
    private const ulong True = 0x7e57_0000_0000_0001;

    /// <summary>
    /// <c>do_syscall_64(regs, nr)</c>: stores the result in <c>regs->ax</c>. It returns true ("SYSRET will do") where it returns bool; where it returns
    /// void the assembly decides by itself and reads no result.
    /// </summary>
    public void DoSyscall64(ref Cpu cpu) => Finish(ref cpu, True);

    /// <summary><c>do_int80_emulation(regs)</c> and <c>do_int80_syscall_32(regs)</c>: the return is always by IRET.</summary>
    public void DoInt80(ref Cpu cpu) => Finish(ref cpu, CallingConvention.Undefined(Reg.Rax));

    /// <summary><c>do_fast_syscall_32(regs)</c>: the user program continues at the vDSO's landing pad; SYSRETL will do.</summary>
    public void DoFastSyscall32(ref Cpu cpu)
    {
        if (cpu.TryWrite(cpu.Rdi + PtRegs.Rip, kernel.Layout.VdsoLandingPad.Value))
        {
            Finish(ref cpu, 1);
        }
    }

    /// <summary><c>do_SYSENTER_32(regs)</c>: SYSENTER saves neither RSP nor IF. The vDSO left RSP in RBP.</summary>
    public void DoSysenter32(ref Cpu cpu)
    {
        var regs = cpu.Rdi;
        if (cpu.TryRead(regs + PtRegs.Rbp, out var rsp) && cpu.TryWrite(regs + PtRegs.Rsp, rsp)
            && cpu.TryRead(regs + PtRegs.Eflags, out var flags) && cpu.TryWrite(regs + PtRegs.Eflags, flags | Flags.IF))
        {
            DoFastSyscall32(ref cpu);
        }
    }

    /// <summary><c>fred_entry_from_user(regs)</c>: SYSCALL and INT $0x80 store a result; other events change nothing that entry code sees.</summary>
    public void FredEntryFromUser(ref Cpu cpu)
    {
        if (!cpu.TryRead(cpu.Rdi + PtRegs.Ss, out var report))
        {
            return;
        }

        if ((FredEventType)(report >> 48 & 0xF) is FredEventType.SystemCall or FredEventType.SoftwareInterrupt)
        {
            Finish(ref cpu, CallingConvention.Undefined(Reg.Rax));
        }
        else
        {
            cpu.PoisonCallerSaved();
        }
    }

    private static void Finish(ref Cpu cpu, ulong returned)
    {
        if (cpu.TryWrite(cpu.Rdi + PtRegs.Rax, Result))
        {
            CallingConvention.Return(ref cpu, returned);
        }
    }
}
