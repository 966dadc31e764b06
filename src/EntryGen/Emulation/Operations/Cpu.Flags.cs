using EntryGen.Emulation;

namespace EntryGen;

/// <summary>PUSHF, POPF, and the instructions that change one flag.</summary>
public ref partial struct Cpu
{
    /// <summary>PUSHF: VM and RF are pushed as 0.</summary>
    /// <param name="width">Operand size in bytes, 2 or 8.</param>
    /// <returns>False: a fault of the store.</returns>
    public readonly bool PushFlags(int width)
    {
        var image = At(Reg.Rflags) & ~(Flags.VM | Flags.RF);
        var stack = At(Reg.Rsp) - (ulong)width;
        if (!(width == 2 ? Store16(stack, image) : Store64(stack, image)))
        {
            Machine.RecordStackFault();
            return false;
        }

        At(Reg.Rsp) = stack;
        return true;
    }

    /// <summary>POPF: at CPL 0 also IOPL changes, and IF where CPL is not above IOPL. VM, VIF, VIP stay; RF becomes 0.</summary>
    /// <param name="width">Operand size in bytes, 2 or 8.</param>
    /// <returns>False: a fault of the load.</returns>
    public readonly bool PopFlags(int width)
    {
        var stack = At(Reg.Rsp);
        if (!(width == 2 ? Load16(stack, out var image) : Load64(stack, out image)))
        {
            Machine.RecordStackFault();
            return false;
        }

        var flags = At(Reg.Rflags);
        var changeable = Flags.Status | Flags.TF | Flags.DF | Flags.NT | Flags.AC | Flags.ID
            | (PrivilegeLevel == 0 ? Flags.IOPL : 0)
            | ((ulong)PrivilegeLevel <= (flags & Flags.IOPL) >> 12 ? Flags.IF : 0);
        changeable &= width == 2 ? 0xFFFF : ulong.MaxValue;
        At(Reg.Rsp) = stack + (ulong)width;
        Rflags = ((flags & ~changeable & ~(width == 2 ? 0 : Flags.RF)) | (image & changeable)) | Flags.Reserved1;
        return true;
    }

    /// <summary>CLI, STI, CLAC, STAC, CLD, STD, CLC, STC: sets or clears one flag. STI that turns IF on begins its shadow.</summary>
    /// <param name="mask">The flag, one of <see cref="Flags"/>.</param>
    /// <param name="value">Whether it becomes 1.</param>
    /// <returns>False: #GP(0) for IF when CPL is above IOPL, #UD for AC unless at CPL 0.</returns>
    public readonly bool SetFlag(ulong mask, bool value)
    {
        var flags = At(Reg.Rflags);
        if ((mask & Flags.IF) != 0 && (ulong)PrivilegeLevel > (flags & Flags.IOPL) >> 12)
        {
            return Fail(Vectors.GeneralProtection);
        }

        if ((mask & Flags.AC) != 0 && PrivilegeLevel != 0)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        At(Reg.Rflags) = value ? flags | mask : flags & ~mask;
        if ((mask & Flags.AC) != 0)
        {
            Machine.ModeChanged();
        }

        if ((mask & Flags.IF) != 0 && value && (flags & Flags.IF) == 0)
        {
            Machine.BeginShadow(EventBits.StiShadow);
        }

        return true;
    }
}
