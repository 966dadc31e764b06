using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Flow.Facts;

/// <summary>What a write of IA32_SPEC_CTRL does to IBRS.</summary>
internal enum SpecCtrlWrite
{
    /// <summary>It is no write of it.</summary>
    None,

    /// <summary>It gives it the kernel's value, or sets IBRS.</summary>
    On,

    /// <summary>It clears IBRS.</summary>
    Off,

    /// <summary>It gives it a value that was computed or read before: one that was saved.</summary>
    Saved,
}

/// <summary>Tells writes of IA32_SPEC_CTRL apart by the value in EAX.</summary>
internal static class SpecCtrl
{
    private const int Rax = 0, Rcx = 1;

    /// <summary>Whether RDMSR and WRMSR are about it: ECX has its number.</summary>
    public static bool IsAccess(AbstractCpu cpu) => cpu[Rcx] is { IsConstant: true, KnownBits: KernelMitigations.SpecCtrlMsr };

    /// <summary>What an instruction does to IBRS.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="cpu">The state before or after it: WRMSR changes no register.</param>
    /// <param name="program">The Program, to see where the value was loaded.</param>
    public static SpecCtrlWrite WriteOf(Instruction instruction, AbstractCpu cpu, Program program)
    {
        if (instruction.Info.Op is not (Op.Wrmsr or Op.Wrmsrns) || !IsAccess(cpu))
        {
            return SpecCtrlWrite.None;
        }

        var value = cpu[Rax];
        return value.Bit(KernelMitigations.IbrsBit) switch
        {
            true => SpecCtrlWrite.On,
            false => SpecCtrlWrite.Off,

            // The kernel keeps the value with IBRS set in a variable (x86_spec_ctrl_current).
            null => value.Origin.Kind == OriginKind.Result && program.Items[value.Origin.Detail] is Instruction { Info.Op: Op.Mov, Operands: [MemoryOperand, _] }
                ? SpecCtrlWrite.On
                : SpecCtrlWrite.Saved,
        };
    }
}
