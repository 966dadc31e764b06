using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>The C functions that decide on which stack an exception is handled (<c>arch/x86/kernel/traps.c</c>).</summary>
internal sealed class StackSwitches(KernelContext kernel)
{
    /// <summary><c>struct pt_regs *sync_regs(struct pt_regs *eregs)</c>: moves pt_regs from the entry stack to the top of the thread stack.</summary>
    public void SyncRegs(ref Cpu cpu)
    {
        var from = cpu.Rdi;
        if (!kernel.LoadTopOfStack(ref cpu, out var top))
        {
            return;
        }

        var to = top - PtRegs.Size;
        if (to == from || cpu.TryCopy(from, to, PtRegs.Words))
        {
            CallingConvention.Return(ref cpu, to);
        }
    }

    /// <summary>
    /// <c>struct pt_regs *fixup_bad_iret(struct pt_regs *bad_regs)</c>: makes a fault of the final IRETQ look as if the user program had caused it. The
    /// hardware frame comes from where IRETQ read it, the rest from below; the result lies where an exception from user mode would have built it.
    /// </summary>
    public void FixupBadIret(ref Cpu cpu)
    {
        var bad = cpu.Rdi;
        if (!kernel.LoadEntryStackTop(ref cpu, out var top) || !cpu.TryRead(bad + PtRegs.Rsp, out var iretFrame))
        {
            return;
        }

        // The regions may overlap, so the C code goes through a temporary; so does this.
        Span<ulong> copy = stackalloc ulong[PtRegs.Words];
        var rest = PtRegs.Words - PtRegs.FrameWords;
        for (var i = 0; i < copy.Length; i++)
        {
            var word = i < rest ? bad + (ulong)i * 8 : iretFrame + (ulong)(i - rest) * 8;
            if (!cpu.TryRead(word, out copy[i]))
            {
                return;
            }
        }

        var to = top - PtRegs.Size;
        for (var i = 0; i < copy.Length; i++)
        {
            if (!cpu.TryWrite(to + (ulong)i * 8, copy[i]))
            {
                return;
            }
        }

        CallingConvention.Return(ref cpu, to);
    }

    /// <summary>
    /// <c>exc_double_fault(regs, error, address)</c>: a fault of the IRETQ that reads its frame from the read-only espfix stack could push nothing there. It becomes a #GP of the
    /// user program: the frame goes to the top of the entry stack, and control to the entry of #GP. Any other double fault ends the kernel, which is not modelled.
    /// </summary>
    public void DoubleFault(ref Cpu cpu)
    {
        var regs = cpu.Rdi;
        if (!cpu.TryRead(regs + PtRegs.Rsp, out var rsp) || !cpu.TryRead(regs + PtRegs.Cs, out var cs) || !cpu.TryRead(regs + PtRegs.Rip, out var rip))
        {
            return;
        }

        var symbols = kernel.Unit.Symbols;
        if (kernel.Stacks.OfPointer(rsp) is { Kind: StackKind.Espfix } && (cs & 3) == 0
            && symbols.TryGetValue("native_irq_return_iret", out var iret) && iret == rip && symbols.TryGetValue("asm_exc_general_protection", out var entry))
        {
            if (!kernel.LoadEntryStackTop(ref cpu, out var top))
            {
                return;
            }

            var user = top - PtRegs.Size;
            if (!cpu.TryCopy(rsp, user + PtRegs.Rip, PtRegs.FrameWords)
                || !cpu.TryWrite(user + PtRegs.OrigRax, 0)
                || !cpu.TryWrite(regs + PtRegs.Rip, entry)
                || !cpu.TryWrite(regs + PtRegs.Rsp, user + PtRegs.OrigRax))
            {
                return;
            }
        }

        cpu.PoisonCallerSaved();
    }

    /// <summary>
    /// <c>struct pt_regs *vc_switch_off_ist(struct pt_regs *regs)</c>: continues #VC on the interrupted stack, so that the IST stack is free for a nested one;
    /// on the thread stack when SYSCALL entry was interrupted before it had a stack, on VC2 when the interrupted stack may not be used.
    /// </summary>
    public void VcSwitchOffIst(ref Cpu cpu)
    {
        var from = cpu.Rdi;
        if (!cpu.TryRead(from + PtRegs.Rip, out var rip) || !cpu.TryRead(from + PtRegs.Rsp, out var rsp))
        {
            return;
        }

        if (kernel.IsInSyscallGap(rip))
        {
            if (!kernel.LoadTopOfStack(ref cpu, out rsp))
            {
                return;
            }
        }
        else if (kernel.Stacks.OfPointer(rsp) is not { Kind: not (StackKind.User or StackKind.Entry or StackKind.VmmFallback or StackKind.Espfix) })
        {
            rsp = kernel.Layout.Stack(StackKind.VmmFallback).Top.Value;
        }

        var to = (rsp & ~7ul) - PtRegs.Size;
        if (cpu.TryCopy(from, to, PtRegs.Words))
        {
            CallingConvention.Return(ref cpu, to);
        }
    }
}
