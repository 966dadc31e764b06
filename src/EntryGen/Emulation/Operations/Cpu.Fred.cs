using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>ERETU and ERETS (Flexible Return and Event Delivery specification, FRED returns).</summary>
public ref partial struct Cpu
{
    private const ulong FredReservedFlags = ~(Flags.All & ~Flags.VM);
    private const ulong FredReservedStack = 0xFFF8_0000;
    private const ulong FredLevelAndTracker = FredDelivery.LevelMask << 16 | FredDelivery.WaitsForEndbranch;

    /// <summary>ERETU: returns to user mode by the frame at RSP; GS gets the user's base back. Serializing.</summary>
    /// <returns>
    /// False: #UD unless CR4.FRED is set, and above CPL 0; #GP(0) unless on stack level 0, and for a frame that has reserved bits, no segments of CPL 3, IOPL, or an
    /// address that is not canonical; for segments other than those of IA32_STAR what IRETQ checks of them; a fault of reading the frame.
    /// </returns>
    public readonly bool Eretu()
    {
        if (!TryReadFred(FredReservedFlags | Flags.IOPL, out var frame))
        {
            return false;
        }

        var isAllowed = (Unsafe.Add(ref _file, HiddenState.FredConfig) & FredDelivery.LevelMask) == 0
            && (frame.Cs & ~0xFFFCUL) == 3
            && (frame.Ss & (FredReservedStack | 3)) == 3;
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        if (!MayReturnToUser(frame.Cs, frame.Ss & 0xFFFF, out var isLong))
        {
            return false;
        }

        frame = isLong ? frame : frame with { Rip = (uint)frame.Rip, Rsp = (uint)frame.Rsp };
        (At(Reg.GsBase), At(Reg.KernelGsBase)) = (At(Reg.KernelGsBase), At(Reg.GsBase));
        Return(frame);
        return true;
    }

    /// <summary>ERETS: returns within the kernel by the frame at RSP, to the stack level that it names if that is not higher. Serializing.</summary>
    /// <returns>
    /// False: #UD unless CR4.FRED is set, and above CPL 0; #GP(0) for a frame that has reserved bits, other segments than the present ones, or an address that is not
    /// canonical; a fault of reading the frame.
    /// </returns>
    public readonly bool Erets()
    {
        if (!TryReadFred(FredReservedFlags, out var frame))
        {
            return false;
        }

        var isAllowed = (frame.Cs & ~FredLevelAndTracker) == (At(Reg.Cs) & 0xFFFF)
            && (frame.Ss & (FredReservedStack | 0xFFFF)) == (At(Reg.Ss) & 0xFFFF);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        ref var config = ref Unsafe.Add(ref _file, HiddenState.FredConfig);
        config = (config & ~FredDelivery.LevelMask) | Math.Min(config & FredDelivery.LevelMask, (frame.Cs >> 16) & FredDelivery.LevelMask);
        if ((frame.Cs & FredDelivery.WaitsForEndbranch) != 0 && (At(Reg.SCet) & CetBits.Suppress) == 0)
        {
            Machine.ExpectEndbranch();
        }

        if ((frame.Ss & FredDelivery.BlocksSti) != 0 && (frame.Flags & Flags.IF) != 0)
        {
            Machine.BeginShadow(EventBits.StiShadow);
        }

        Return(frame);
        return true;
    }

    private readonly bool TryReadFred(ulong reservedFlags, out FredFrame frame)
    {
        frame = default;
        if ((At(Reg.Cr4) & Cr4Bits.FRED) == 0 || PrivilegeLevel != 0)
        {
            return Fail(Vectors.InvalidOpcode);
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
            return ((flags & reservedFlags) == Flags.Reserved1 && LinearMemory.IsCanonical(rip)) || Fail(Vectors.GeneralProtection);
        }

        Machine.RecordStackFault();
        return false;
    }

    /// <summary>The segments of IA32_STAR are known; all others are loaded from their descriptors, as IRETQ does.</summary>
    private readonly bool MayReturnToUser(ulong cs, ulong ss, out bool isLong)
    {
        var user = At(Reg.Star) >> 48;
        isLong = cs == (((user + 16) & 0xFFFF) | 3);
        if ((isLong || cs == ((user & 0xFFFF) | 3)) && ss == (((user + 8) & 0xFFFF) | 3))
        {
            return true;
        }

        var isCode = MayReturnTo(cs, out var code);
        isLong = code.IsLong;
        return isCode && MayReturnWithStack(cs, ss, code, out _);
    }

    private readonly void Return(in FredFrame frame)
    {
        if ((frame.Ss & FredDelivery.UnblocksNmi) != 0)
        {
            At(Reg.EventState) &= ~EventBits.NmiBlocked;
        }

        // A system call or INT n that was single-stepped traps when it has returned.
        if ((frame.Ss & FredDelivery.SoftwareInitiated) != 0 && (frame.Flags & Flags.TF) != 0)
        {
            Unsafe.Add(ref _file, HiddenState.PendingDebug) |= Breakpoints.SingleStep;
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
