using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>Handlers that do more than to use registers.</summary>
internal static class ExceptionHandlers
{
    /// <summary><c>make_task_dead(signr)</c>: the task ends.</summary>
    public static void NoReturn(ref Cpu cpu) => cpu.StopAs(new Stop(StopKind.NoReturn));

    /// <summary>
    /// <c>exc_machine_check(regs)</c>: clears IA32_MCG_STATUS.MCIP when it has read the banks, so that the next machine check is no shutdown.
    /// </summary>
    public static void MachineCheck(ref Cpu cpu)
    {
        cpu.EventState &= ~EventBits.MachineCheckInProgress;
        cpu.PoisonCallerSaved();
    }
}
