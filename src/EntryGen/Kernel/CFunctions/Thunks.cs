using EntryGen.Emulation;

namespace EntryGen.Kernel.CFunctions;

/// <summary>Assembly in other files that entry code calls or jumps to: barriers without an architectural effect, and thunks.</summary>
internal static class Thunks
{
    /// <summary>
    /// A routine that changes no register: untraining sequences, return thunks (returning is what the machine does after a model), history clearing.
    /// </summary>
    public static void NoEffect(ref Cpu cpu)
    {
    }

    /// <summary>Code of an assembly file that is not part of the unit: the run ends there.</summary>
    public static void Missing(ref Cpu cpu) => cpu.StopAs(new Stop(StopKind.Unmodelled));

    /// <summary><c>entry_ibpb</c> and <c>write_ibpb</c>: WRMSR to PRED_CMD uses EAX, ECX and EDX; callers know.</summary>
    public static void Ibpb(ref Cpu cpu)
    {
        cpu.Rax = CallingConvention.Undefined(Reg.Rax);
        cpu.Rcx = CallingConvention.Undefined(Reg.Rcx);
        cpu.Rdx = CallingConvention.Undefined(Reg.Rdx);
    }

    /// <summary>
    /// <c>__x86_indirect_thunk_REG</c>: goes where the register says. The machine returns from a model, so this leaves a return address for it.
    /// </summary>
    public static CFunction Indirect(Reg register) => (ref Cpu cpu) =>
    {
        var target = System.Runtime.CompilerServices.Unsafe.Add(ref cpu.RegisterFile, (int)register);
        if (cpu.TryWrite(cpu.Rsp - 8, target))
        {
            cpu.Rsp -= 8;
        }
    };

    /// <summary><c>__switch_to(prev, next)</c> returns <c>prev</c>.</summary>
    public static void SwitchTo(ref Cpu cpu) => CallingConvention.Return(ref cpu, cpu.Rdi);
}
