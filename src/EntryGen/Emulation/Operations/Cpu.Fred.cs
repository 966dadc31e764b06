using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>ERETU and ERETS (Flexible Return and Event Delivery specification, FRED returns).</summary>
public ref partial struct Cpu
{
    /// <summary>ERETU: returns to user mode by the frame at RSP; GS gets the user's base back. Serializing.</summary>
    /// <returns>
    /// False: #UD unless CR4.FRED is set; #GP(0) unless at CPL 0 on stack level 0, and for a frame that does not name user segments or an address that is not
    /// canonical; a fault of reading the frame.
    /// </returns>
    public readonly bool Eretu()
    {
        var user = At(Reg.Star) >> 48;
        if (!TryReadFred(out var frame))
        {
            return false;
        }

        var cs = frame.Cs & 0xFFFF;
        var isLong = cs == (((user + 16) & 0xFFFF) | 3);
        var isAllowed = (Unsafe.Add(ref _file, HiddenState.FredConfig) & FredDelivery.LevelMask) == 0
            && (isLong || cs == ((user & 0xFFFF) | 3))
            && (frame.Ss & 0xFFFF) == (((user + 8) & 0xFFFF) | 3)
            && (isLong ? LinearMemory.IsCanonical(frame.Rip) : frame.Rip >> 32 == 0);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        (At(Reg.GsBase), At(Reg.KernelGsBase)) = (At(Reg.KernelGsBase), At(Reg.GsBase));
        Return(frame);
        return true;
    }

    /// <summary>ERETS: returns within the kernel by the frame at RSP, to the stack level that it names. Serializing.</summary>
    /// <returns>
    /// False: #UD unless CR4.FRED is set; #GP(0) unless at CPL 0, and for a frame that does not name the kernel's segments, names a higher stack level, or an
    /// address that is not canonical; a fault of reading the frame.
    /// </returns>
    public readonly bool Erets()
    {
        var kernel = (At(Reg.Star) >> 32) & 0xFFFC;
        if (!TryReadFred(out var frame))
        {
            return false;
        }

        ref var config = ref Unsafe.Add(ref _file, HiddenState.FredConfig);
        var level = (frame.Cs >> 16) & FredDelivery.LevelMask;
        var isAllowed = (frame.Cs & 0xFFFF) == kernel
            && (frame.Ss & 0xFFFF) == kernel + 8
            && level <= (config & FredDelivery.LevelMask)
            && LinearMemory.IsCanonical(frame.Rip);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        config = (config & ~FredDelivery.LevelMask) | level;
        Return(frame);
        return true;
    }

    private readonly bool TryReadFred(out FredFrame frame)
    {
        frame = default;
        if ((At(Reg.Cr4) & Cr4Bits.FRED) == 0)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        // The word at RSP is the error code.
        var stack = At(Reg.Rsp);
        if (Load64(stack + 8, out var rip)
            && Load64(stack + 16, out var cs)
            && Load64(stack + 24, out var flags)
            && Load64(stack + 32, out var rsp)
            && Load64(stack + 40, out var ss))
        {
            frame = new FredFrame(rip, cs, flags, rsp, ss);
            var mustBe0 = ~Flags.All & ~Flags.Reserved1;
            return (flags & (mustBe0 | Flags.VM)) == 0 || Fail(Vectors.GeneralProtection);
        }

        Machine.RecordStackFault();
        return false;
    }

    private readonly void Return(in FredFrame frame)
    {
        if ((frame.Ss & FredDelivery.UnblocksNmi) != 0)
        {
            At(Reg.EventState) &= ~EventBits.NmiBlocked;
        }

        At(Reg.Rip) = frame.Rip;
        At(Reg.Cs) = frame.Cs & 0xFFFF;
        At(Reg.Ss) = frame.Ss & 0xFFFF;
        At(Reg.Rsp) = frame.Rsp;

        // As with IRETQ, RF matters only while DR7 enables a breakpoint.
        var keepsResume = (At(Reg.Dr7) & Breakpoints.Enabled) != 0;
        At(Reg.EventState) |= keepsResume ? EventBits.KeepResumeFlag : 0;
        At(Reg.Rflags) = (frame.Flags & ~(keepsResume ? 0 : Flags.RF)) | Flags.Reserved1;
        Machine.ModeChanged();
    }

    private readonly record struct FredFrame(ulong Rip, ulong Cs, ulong Flags, ulong Rsp, ulong Ss);
}
