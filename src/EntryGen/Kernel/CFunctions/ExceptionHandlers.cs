using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>Handlers that do more than to use registers.</summary>
internal static class ExceptionHandlers
{
    /// <summary><c>make_task_dead(signr)</c>: the task ends.</summary>
    public static void NoReturn(ref Cpu cpu) => cpu.StopAs(new Stop(StopKind.NoReturn));

    /// <summary>
    /// <c>exc_general_protection(regs, error)</c> and the other handlers that look into the exception table (<c>fixup_exception</c>): a fault of kernel code at an
    /// address in it continues at the landing.
    /// </summary>
    /// <param name="unit">The unit whose table it is.</param>
    public static CFunction Fixup(EntryUnit unit) => (ref Cpu cpu) =>
    {
        var regs = cpu.Rdi;
        if (!cpu.TryRead(regs + PtRegs.Cs, out var cs) || !cpu.TryRead(regs + PtRegs.Rip, out var rip))
        {
            return;
        }

        var isFixed = (cs & 3) == 0 && unit.Fixups.TryGetValue(rip, out var fixup) && fixup.Type is UnitFixup.DefaultType or 0;
        if (!isFixed || cpu.TryWrite(regs + PtRegs.Rip, unit.Fixups[rip].Landing))
        {
            cpu.PoisonCallerSaved();
        }
    };

    /// <summary>
    /// <c>exc_machine_check(regs)</c>: clears IA32_MCG_STATUS.MCIP when it has read the banks, so that the next machine check is no shutdown.
    /// </summary>
    public static void MachineCheck(ref Cpu cpu)
    {
        cpu.EventState &= ~EventBits.MachineCheckInProgress;
        cpu.PoisonCallerSaved();
    }
}
