using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>IRETQ, and IRET with smaller frames (SDM vol. 2, IRET/IRETD/IRETQ, 64-bit mode).</summary>
public ref partial struct Cpu
{
    private const ulong FrameSize = 40;
    private const ulong LoadedAtAnyLevel = Flags.Status | Flags.TF | Flags.DF | Flags.NT | Flags.AC | Flags.ID;
    private const ulong LoadedAtLevel0 = LoadedAtAnyLevel | Flags.IOPL | Flags.VIF | Flags.VIP | Flags.IF;

    /// <summary>IRETQ: pops RIP, CS, RFLAGS, RSP and SS. Unblocks NMIs, also when it faults. Serializing.</summary>
    /// <returns>False: a fault, with the stack as before the pops.</returns>
    public readonly bool Iretq()
    {
        At(Reg.EventState) &= ~EventBits.NmiBlocked;
        return TryReturnAgain() || ReturnChecked(8);
    }

    /// <summary>IRET, IRETD: as <see cref="Iretq"/> with a frame of five words of 16 or 32 bits.</summary>
    /// <param name="width">The operand size in bytes: 2 or 4.</param>
    /// <returns>False: a fault, with the stack as before the pops.</returns>
    public readonly bool Iret(int width)
    {
        At(Reg.EventState) &= ~EventBits.NmiBlocked;
        return ReturnChecked(width);
    }

    private readonly bool ReturnChecked(int width)
    {
        if ((At(Reg.Rflags) & Flags.NT) != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var stack = At(Reg.Rsp);
        if (!TryReadFrame(stack, width, out var rip, out var cs, out var flags, out var rsp, out var ss))
        {
            Machine.RecordStackFault();
            return false;
        }

        cs &= 0xFFFF;
        ss &= 0xFFFF;
        if (!MayReturnTo(cs, out var code) || !MayReturnWithStack(cs, ss, code, out var stackSegment))
        {
            return false;
        }

        var isInRange = code.IsLong ? LinearMemory.IsCanonical(rip) : (uint)rip <= code.Limit;
        if (!isInRange)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var old = PrivilegeLevel;
        if ((int)(cs & 3) != old && (At(Reg.Cr4) & Cr4Bits.FRED) != 0)
        {
            // With FRED only ERETU leads to user mode.
            return Fail(Vectors.GeneralProtection);
        }

        At(Reg.Rip) = code.IsLong ? rip : (uint)rip;
        flags = FlagsAfterReturn(flags, old, width);
        var changesMode = (int)(cs & 3) != old || ((At(Reg.Rflags) ^ flags) & (Flags.AC | Flags.TF)) != 0;
        At(Reg.Rflags) = flags;
        At(Reg.Cs) = cs;
        At(Reg.Ss) = ss;

        At(Reg.Rsp) = StackPointerAfterReturn(stack + (5 * (ulong)width), rsp, code, stackSegment);
        if (PrivilegeLevel > old)
        {
            DropPrivilegedSegments();
        }

        if (changesMode)
        {
            Machine.ModeChanged();
        }
        else if (PrivilegeLevel == 0)
        {
            Machine.Returns.Keep(cs, ss, code, stackSegment);
        }

        return true;
    }

    /// <summary>
    /// RSP after a return with a stack of its own. To a 16-bit stack it replaces only SP: what is above leaks the kernel's RSP, which Linux hides with its espfix stack.
    /// </summary>
    private static ulong StackPointerAfterReturn(ulong old, ulong popped, SegmentDescriptor code, SegmentDescriptor stack) =>
        code.IsLong ? popped : stack.IsBig || stack == default ? (uint)popped : (old & 0xFFFF_0000) | (popped & 0xFFFF);

    /// <summary>The return that is by far the most frequent: to 64-bit code at the same level 0, by a pair of segments that was accepted before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool TryReturnAgain()
    {
        ref var frame = ref ReadWindow(ref Windows, At(Reg.Rsp), (int)FrameSize);
        if (Unsafe.IsNullRef(ref frame))
        {
            return false;
        }

        var rip = Unsafe.ReadUnaligned<ulong>(ref frame);
        var cs = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 8));
        var image = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 16));
        var ss = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 32));
        var flags = At(Reg.Rflags);
        var context = Unsafe.Add(ref _file, HiddenState.WindowContext);
        ref var known = ref AcceptedReturns.Find(ref _returns, cs, context);
        var isAccepted = known.Pair == AcceptedReturns.Pair(cs, ss)
            && known.Context == context
            && known.Epoch == Unsafe.Add(ref _file, HiddenState.WindowEpoch)
            && known.Table == At(Reg.GdtBase)
            && known.Limit == At(Reg.GdtLimit)
            && Unsafe.ReadUnaligned<ulong>(ref Host(known.CodePlace)) == known.Code
            && Unsafe.ReadUnaligned<ulong>(ref Host(known.StackPlace)) == known.Stack
            && (At(Reg.Cs) & 3) == 0
            && ((flags & Flags.NT) | ((flags ^ image) & (Flags.AC | Flags.TF))) == 0
            && LinearMemory.IsCanonical(rip);
        if (isAccepted)
        {
            At(Reg.Rip) = rip;
            At(Reg.Cs) = (ushort)cs;
            At(Reg.Rflags) = (flags & ~LoadedAtLevel0 & ~Flags.RF) | (image & LoadedAtLevel0) | Flags.Reserved1;
            At(Reg.Rsp) = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 24));
            At(Reg.Ss) = (ushort)ss;
        }

        return isAccepted;
    }

    private readonly bool TryReadFrame(ulong stack, int width, out ulong rip, out ulong cs, out ulong flags, out ulong rsp, out ulong ss)
    {
        cs = flags = rsp = ss = 0;
        if (width != 8)
        {
            return LoadStack(stack, width, out rip)
                && LoadStack(stack + (ulong)width, width, out cs)
                && LoadStack(stack + (2 * (ulong)width), width, out flags)
                && LoadStack(stack + (3 * (ulong)width), width, out rsp)
                && LoadStack(stack + (4 * (ulong)width), width, out ss);
        }

        ref var frame = ref ReadWindow(stack, (int)FrameSize);
        if (!Unsafe.IsNullRef(ref frame))
        {
            rip = Unsafe.ReadUnaligned<ulong>(ref frame);
            cs = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 8));
            flags = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 16));
            rsp = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 24));
            ss = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref frame, 32));
            return true;
        }

        return Load64(stack, out rip)
            && Load64(stack + 8, out cs)
            && Load64(stack + 16, out flags)
            && Load64(stack + 24, out rsp)
            && Load64(stack + 32, out ss);
    }

    /// <summary>RF is restored only while DR7 enables breakpoints: the next instruction would clear it, and only they look at it.</summary>
    private readonly ulong FlagsAfterReturn(ulong image, int privilege, int width)
    {
        var restoresResume = (At(Reg.Dr7) & Breakpoints.Enabled) != 0;
        if (restoresResume)
        {
            At(Reg.EventState) |= EventBits.KeepResumeFlag;
        }

        var flags = At(Reg.Rflags);
        var loaded = (restoresResume ? Flags.RF : 0) | LoadedAtAnyLevel
            | (privilege == 0 ? Flags.IOPL | Flags.VIF | Flags.VIP : 0)
            | ((ulong)privilege <= (flags & Flags.IOPL) >> 12 ? Flags.IF : 0);
        loaded &= width == 2 ? 0xFFFF : ulong.MaxValue;
        return (flags & ~loaded & ~Flags.RF) | (image & loaded) | Flags.Reserved1;
    }

    private readonly bool MayReturnTo(ulong cs, out SegmentDescriptor code)
    {
        code = default;
        if (DescriptorReader.IsNull(cs))
        {
            return Fail(Vectors.GeneralProtection);
        }

        var error = (uint)cs & 0xFFFC;
        var requested = (int)(cs & 3);
        var result = DescriptorReader.Read(Machine, cs, out code);
        if (result == DescriptorReader.Result.Faulted)
        {
            return false;
        }

        var isAllowed = result == DescriptorReader.Result.Read
            && code.IsCode
            && requested >= PrivilegeLevel
            && (code.IsConforming ? code.Dpl <= requested : code.Dpl == requested)
            && !(code.IsLong && code.IsBig);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        return code.IsPresent || Fail(Vectors.SegmentNotPresent, error);
    }

    private readonly bool MayReturnWithStack(ulong cs, ulong ss, SegmentDescriptor code, out SegmentDescriptor stackSegment)
    {
        stackSegment = default;
        var requested = (int)(cs & 3);
        if (DescriptorReader.IsNull(ss))
        {
            return (code.IsLong && requested != 3 && (int)(ss & 3) == requested) || Fail(Vectors.GeneralProtection);
        }

        var error = (uint)ss & 0xFFFC;
        var result = DescriptorReader.Read(Machine, ss, out stackSegment);
        if (result == DescriptorReader.Result.Faulted)
        {
            return false;
        }

        if (result == DescriptorReader.Result.OutsideTable || (int)(ss & 3) != requested || !stackSegment.IsWritableData || stackSegment.Dpl != requested)
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        return stackSegment.IsPresent || Fail(Vectors.StackFault, error);
    }

    /// <summary>A return to an outer level makes the data segment registers null that hold segments of an inner level. FS and GS keep their bases.</summary>
    private readonly void DropPrivilegedSegments()
    {
        foreach (var register in (ReadOnlySpan<Reg>)[Reg.Es, Reg.Ds, Reg.Fs, Reg.Gs])
        {
            ref var selector = ref At(register);
            if (!DescriptorReader.IsNull(selector) && DescriptorReader.HeldDpl(Machine, selector) is { } dpl && dpl < PrivilegeLevel)
            {
                selector = 0;
            }
        }
    }
}
