using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>What a C function does to the registers (System V ABI, 3.2.1): RBX, RBP, RSP and R12 to R15 survive, the others need not.</summary>
internal static class CallingConvention
{
    /// <summary>The value that stands for "undefined" in a register; each has its own (docs/generated-code.md).</summary>
    public static ulong Undefined(Reg register) => Cpu.Poison + (ulong)register;

    /// <summary>Ends a model: the result is in RAX, and the other caller-saved registers are undefined.</summary>
    public static void Return(ref Cpu cpu, ulong result)
    {
        cpu.PoisonCallerSaved();
        cpu.Rax = result;
    }
}
