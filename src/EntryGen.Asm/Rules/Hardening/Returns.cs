using EntryGen.Asm.Flow.States;
using EntryGen.Asm.Instructions;

namespace EntryGen.Asm.Rules.Hardening;

/// <summary>Where instructions go that leave the kernel's code.</summary>
internal static class Returns
{
    private const int Cs = 8;

    /// <summary>Whether an instruction ends the handling of an entry, and if so whether in user mode; null when it does not end it.</summary>
    /// <remarks>On a stack of unknown place (espfix) the frame is not known; what has the user's GS base there returns to user mode.</remarks>
    /// <param name="instruction">The instruction.</param>
    /// <param name="cpu">The state before it.</param>
    public static bool? IsToUser(Instruction instruction, AbstractCpu cpu)
    {
        switch (instruction.Info.Op)
        {
            case Op.Sysret or Op.Sysexit or Op.Eretu:
                return true;
            case Op.Iret:
                var frame = cpu[AbstractState.Rsp];
                return cpu.Memory.Load(frame, 8) is { IsConstant: true, KnownBits: var rip } && rip != 0 ? null
                    : cpu.Memory.Load(frame.Add(AbstractValue.Constant(Cs)), 8)?.Bit(0) ?? (cpu.GsBase.Origin.Kind == OriginKind.UserGsBase);
            default:
                return null;
        }
    }
}
