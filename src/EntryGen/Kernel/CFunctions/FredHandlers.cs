using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>The C side of FRED's entry points, as far as it changes what entry code sees again.</summary>
/// <param name="unit">The unit whose exception table it looks into.</param>
internal sealed class FredHandlers(EntryUnit unit)
{
    private const ulong SelectorMask = 0xFFFF;
    private const ulong LevelAndTracker = 7UL << 16;

    /// <summary>
    /// <c>fred_entry_from_kernel(regs)</c>: an exception at an address in the exception table continues at the landing. That of a final ERETU has to be reported as the user
    /// program's: the frame which ERETU refused becomes the frame of this event, on which the entry for user mode starts anew.
    /// </summary>
    public void EntryFromKernel(ref Cpu cpu)
    {
        var regs = cpu.Rdi;
        if (cpu.TryRead(regs + PtRegs.Ss, out var report)
            && IsFault(report)
            && cpu.TryRead(regs + PtRegs.Rip, out var rip)
            && unit.Fixups.TryGetValue(rip, out var fixup)
            && (!IsUserReturn(rip) ? fixup.Type is UnitFixup.DefaultType or 0 : TryPassOn(ref cpu, regs))
            && !cpu.TryWrite(regs + PtRegs.Rip, fixup.Landing))
        {
            return;
        }

        cpu.PoisonCallerSaved();
    }

    // An interrupt at such an address is none of the table's business.
    private static bool IsFault(ulong report) =>
        (FredEventType)(report >> 48 & 0xF) == FredEventType.HardwareException
        && (byte)(report >> 32) is Vectors.SegmentNotPresent or Vectors.StackFault or Vectors.GeneralProtection or Vectors.PageFault;

    // The number of the table's type differs from kernel to kernel.
    private bool IsUserReturn(ulong address) =>
        unit.Instructions.TryGetValue(address, out var instruction) && instruction.Text.StartsWith("eretu", StringComparison.OrdinalIgnoreCase);

    // ERETU leaves RSP at the error code of the frame: from there the refused frame lies as pt_regs has it.
    private static bool TryPassOn(ref Cpu cpu, ulong regs)
    {
        if (!cpu.TryRead(regs + PtRegs.Rsp, out var stack)
            || !cpu.TryRead(regs + PtRegs.Cs, out var cs)
            || !cpu.TryRead(regs + PtRegs.Ss, out var ss)
            || !cpu.TryRead(regs + PtRegs.OrigRax, out var errorCode)
            || !cpu.TryRead(regs + PtRegs.FredEventData, out var data))
        {
            return false;
        }

        var user = stack - PtRegs.OrigRax;
        if (!cpu.TryRead(user + PtRegs.Cs, out var userCs) || !cpu.TryRead(user + PtRegs.Ss, out var userSs))
        {
            return false;
        }

        // The return from this event lets NMIs in, if the refused one was to.
        var ours = (ss & ~FredDelivery.UnblocksNmi) | (userSs & FredDelivery.UnblocksNmi);
        return cpu.TryWrite(regs + PtRegs.Ss, ours)
            && cpu.TryWrite(user + PtRegs.FredEventData, data)
            && cpu.TryWrite(user + PtRegs.Ss, (ours & ~SelectorMask & ~FredDelivery.UnblocksNmi) | (userSs & SelectorMask))
            && cpu.TryWrite(user + PtRegs.Cs, (cs & ~SelectorMask & ~LevelAndTracker) | (userCs & SelectorMask))
            && cpu.TryWrite(user + PtRegs.OrigRax, errorCode);
    }
}
