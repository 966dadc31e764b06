using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>Handlers that leave a trace in the processor.</summary>
internal static class ExceptionHandlers
{
    /// <summary><c>exc_machine_check(regs)</c>: clears IA32_MCG_STATUS.MCIP when it has read the banks, so that the next machine check is no shutdown.</summary>
    public static void MachineCheck(ref Cpu cpu)
    {
        cpu.EventState &= ~EventBits.MachineCheckInProgress;
        cpu.PoisonCallerSaved();
    }
}
