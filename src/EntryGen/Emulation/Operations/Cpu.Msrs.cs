using EntryGen.Emulation;

namespace EntryGen;

/// <summary>RDMSR and WRMSR (SDM vol. 4). A register that is not listed here is not there: #GP(0).</summary>
public ref partial struct Cpu
{
    private const ulong FredConfigReserved = 0x834;
    private const ulong SpecCtrlDefined = 0x5FF;

    /// <summary>RDMSR: EDX:EAX is the register that ECX numbers; the upper halves become 0.</summary>
    /// <returns>False: #GP(0) unless at CPL 0, or for a register that is not there or cannot be read.</returns>
    public readonly bool ReadMsr()
    {
        // The bases follow one another, here as in the register file. Paranoid entry reads one each time.
        var number = (uint)At(Reg.Rcx) - MsrIndex.FsBase;
        if (PrivilegeLevel != 0 || number > MsrIndex.KernelGsBase - MsrIndex.FsBase)
        {
            return ReadOtherMsr();
        }

        var value = At(Reg.FsBase + (int)number);
        At(Reg.Rax) = (uint)value;
        At(Reg.Rdx) = value >> 32;
        return true;
    }

    private readonly bool ReadOtherMsr()
    {
        if (PrivilegeLevel != 0 || !MsrIndex.TryFind((uint)At(Reg.Rcx), out var msr) || msr.IsCommand)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var value = Contents(msr);
        At(Reg.Rax) = (uint)value;
        At(Reg.Rdx) = value >> 32;
        return true;
    }

    /// <summary>WRMSR: the register that ECX numbers becomes EDX:EAX. Serializing but for the registers the SDM excepts.</summary>
    /// <returns>False: #GP(0) unless at CPL 0, or for a register that is not there or a value that it cannot have.</returns>
    public readonly bool WriteMsr()
    {
        var value = (At(Reg.Rdx) << 32) | (uint)At(Reg.Rax);
        if (PrivilegeLevel != 0 || !MsrIndex.TryFind((uint)At(Reg.Rcx), out var msr) || !IsAllowed(msr, value))
        {
            return Fail(Vectors.GeneralProtection);
        }

        var old = Contents(msr);
        if (msr.Index == MsrIndex.McgStatus)
        {
            ref var state = ref At(Reg.EventState);
            state = (value & MsrIndex.MachineCheckInProgress) != 0 ? state | EventBits.MachineCheckInProgress : state & ~EventBits.MachineCheckInProgress;
        }
        else if (msr.Register == Reg.Efer)
        {
            // LMA is the processor's to change.
            Efer = (value & ~EferBits.LMA) | (Efer & EferBits.LMA);
        }
        else if (msr.Register is { } register)
        {
            At(register) = value;
            if (register is Reg.UCet or Reg.SCet)
            {
                Machine.ModeChanged();
            }
        }

        Machine.NotifyMsrWrite(msr.Index, old, value);
        return true;
    }

    /// <summary>What RDMSR gives; 0 for a command.</summary>
    private readonly ulong Contents(MsrIndex msr) => msr.Register is { } register ? At(register)
        : msr.Index == MsrIndex.McgStatus && (At(Reg.EventState) & EventBits.MachineCheckInProgress) != 0 ? MsrIndex.MachineCheckInProgress : 0;

    private readonly bool IsAllowed(MsrIndex msr, ulong value) => msr.Index switch
    {
        MsrIndex.Efer => (value & ~(EferBits.SCE | EferBits.LME | EferBits.LMA | EferBits.NXE)) == 0 && ((value ^ Efer) & EferBits.LME) == 0,
        MsrIndex.SpecCtrl => (value & ~SpecCtrlDefined) == 0,
        MsrIndex.PredCmd => (value & ~0x81UL) == 0,
        MsrIndex.FlushCmd => (value & ~1UL) == 0,
        MsrIndex.McgStatus => (value & ~7UL) == 0,
        MsrIndex.UCet or MsrIndex.SCet => LinearMemory.IsCanonical(value)
            && (value & CetBits.Reserved) == 0
            && (value & (CetBits.Suppress | CetBits.WaitForEndbranch)) != (CetBits.Suppress | CetBits.WaitForEndbranch),
        >= MsrIndex.FredRsp0 and <= MsrIndex.FredRsp3 => LinearMemory.IsCanonical(value) && (value & (FredDelivery.FrameSize - 1)) == 0,
        MsrIndex.FredConfig => LinearMemory.IsCanonical(value) && (value & FredConfigReserved) == 0,
        MsrIndex.Sfmask or MsrIndex.TscAux => value >> 32 == 0,
        MsrIndex.Lstar or MsrIndex.Cstar or MsrIndex.SysenterEsp or MsrIndex.SysenterEip
            or MsrIndex.FsBase or MsrIndex.GsBase or MsrIndex.KernelGsBase => LinearMemory.IsCanonical(value),
        _ => true,
    };
}
