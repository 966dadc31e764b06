using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>What a C function does to the registers (System V ABI, 3.2.1): RBX, RBP, RSP and R12 to R15 survive, the others need not.</summary>
internal static class CallingConvention
{
    private static readonly Reg[] _callerSaved = [Reg.Rax, Reg.Rcx, Reg.Rdx, Reg.Rsi, Reg.Rdi, Reg.R8, Reg.R9, Reg.R10, Reg.R11];

    /// <summary>The value that stands for "undefined" in a register; each has its own (docs/generated-code.md).</summary>
    public static ulong Undefined(Reg register) => 0xBAD0_C0DE_0000_0000 + (ulong)register;

    /// <summary>Ends a model: the result is in RAX, and the other caller-saved registers are undefined.</summary>
    public static void Return(ref Cpu cpu, ulong result)
    {
        foreach (var register in _callerSaved)
        {
            System.Runtime.CompilerServices.Unsafe.Add(ref cpu.RegisterFile, (int)register) = Undefined(register);
        }

        cpu.Rax = result;
    }
}
