using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Far JMP, CALL and RET, in 64-bit mode (SDM vol. 2; vol. 3A, 5.8). Through task gates and TSSs nothing goes there.</summary>
public ref partial struct Cpu
{
    /// <summary>Far JMP: to a code segment of the same level, by its selector or by a call gate's.</summary>
    /// <param name="selector">The selector of the far pointer.</param>
    /// <param name="offset">Its offset, zero-extended; a call gate has its own.</param>
    /// <returns>False: a fault, with nothing done.</returns>
    public readonly bool FarJump(ulong selector, ulong offset)
    {
        if (!TryFindFarTarget((ushort)selector, offset, isCall: false, out var target))
        {
            return false;
        }

        EnterFar(target);
        return true;
    }

    /// <summary>Far CALL: pushes CS and the return address; a call gate may lead to an inner level, on the stack of the TSS, where SS and RSP are pushed before.</summary>
    /// <param name="selector">The selector of the far pointer.</param>
    /// <param name="offset">Its offset, zero-extended; a call gate has its own.</param>
    /// <param name="width">The operand size in bytes: 2, 4 or 8. Through a call gate 8 bytes are pushed.</param>
    /// <param name="next">The address after the instruction.</param>
    /// <returns>False: a fault, with nothing done.</returns>
    public readonly bool FarCall(ulong selector, ulong offset, int width, ulong next)
    {
        if (!TryFindFarTarget((ushort)selector, offset, isCall: true, out var target))
        {
            return false;
        }

        if (target.Privilege < PrivilegeLevel)
        {
            return CallInner(target, next);
        }

        width = target.IsGate ? 8 : width;
        var stack = At(Reg.Rsp) - (2 * (ulong)width);
        if (!StoreStack(stack, next, At(Reg.Cs) & 0xFFFF, width))
        {
            Machine.RecordStackFault();
            return false;
        }

        At(Reg.Rsp) = stack;
        EnterFar(target);
        return true;
    }

    /// <summary>Far RET: pops RIP and CS; to an outer level also RSP and SS, and data segments of an inner level become null.</summary>
    /// <param name="width">The operand size in bytes: 2, 4 or 8.</param>
    /// <param name="released">Bytes of parameters that are released on both stacks.</param>
    /// <returns>False: a fault, with the stack as before the pops.</returns>
    public readonly bool FarReturn(int width, ulong released)
    {
        var stack = At(Reg.Rsp);
        if (!LoadStack(stack, width, out var rip) || !LoadStack(stack + (ulong)width, width, out var cs))
        {
            Machine.RecordStackFault();
            return false;
        }

        cs &= 0xFFFF;
        if (!MayReturnTo(cs, out var code))
        {
            return false;
        }

        var old = PrivilegeLevel;
        var changesLevel = (int)(cs & 3) != old;
        var rsp = stack + (2 * (ulong)width) + released;
        var ss = At(Reg.Ss);
        if (changesLevel)
        {
            var top = rsp;
            if (!LoadStack(top, width, out rsp) || !LoadStack(top + (ulong)width, width, out ss))
            {
                Machine.RecordStackFault();
                return false;
            }

            ss &= 0xFFFF;
            if ((At(Reg.Cr4) & Cr4Bits.FRED) != 0)
            {
                return Fail(Vectors.GeneralProtection);
            }

            if (!MayReturnWithStack(cs, ss, code, out var segment))
            {
                return false;
            }

            rsp = StackPointerAfterReturn(top, rsp + released, code, segment);
        }

        if (!IsInSegment(rip, code))
        {
            return Fail(Vectors.GeneralProtection);
        }

        At(Reg.Rip) = rip;
        At(Reg.Cs) = cs;
        At(Reg.Rsp) = rsp;
        At(Reg.Ss) = ss;
        if (changesLevel)
        {
            DropPrivilegedSegments();
        }

        Machine.ModeChanged();
        return true;
    }

    private readonly bool TryFindFarTarget(ushort selector, ulong offset, bool isCall, out FarTarget target)
    {
        target = default;
        if (!TryReadFarDescriptor(selector, out var descriptor))
        {
            return false;
        }

        var error = (uint)selector & 0xFFFC;
        var requested = selector & 3;
        if (descriptor.IsCode)
        {
            // Conforming code runs at the level of who comes; other code at its own, which must be the same.
            if (!(descriptor.IsConforming ? descriptor.Dpl <= PrivilegeLevel : requested <= PrivilegeLevel && descriptor.Dpl == PrivilegeLevel))
            {
                return Fail(Vectors.GeneralProtection, error);
            }

            target = new FarTarget(selector, offset, PrivilegeLevel, IsGate: false);
            return MayEnterCode(descriptor, error, target.Offset);
        }

        if (!descriptor.IsSystem || descriptor.Type != SegmentDescriptor.CallGate || descriptor.Dpl < PrivilegeLevel || descriptor.Dpl < requested)
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        return TryReadCallGate(selector, isCall, out target);
    }

    private readonly bool TryReadCallGate(ushort selector, bool isCall, out FarTarget target)
    {
        target = default;
        var error = (uint)selector & 0xFFFC;
        var result = DescriptorReader.ReadSystem(Machine, selector, out var gate, out var high);
        if (result == DescriptorReader.Result.Faulted)
        {
            return false;
        }

        if (result == DescriptorReader.Result.OutsideTable || !HasEmptyUpperType(high))
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        if (!gate.IsPresent)
        {
            return Fail(Vectors.SegmentNotPresent, error);
        }

        var inner = (ushort)(gate.Bits >> 16);
        if (!TryReadFarDescriptor(inner, out var code))
        {
            return false;
        }

        error = (uint)inner & 0xFFFC;
        var isAllowed = code is { IsCode: true, IsLong: true, IsBig: false }
            && (isCall || code.IsConforming ? code.Dpl <= PrivilegeLevel : code.Dpl == PrivilegeLevel);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        var offset = (gate.Bits & 0xFFFF) | ((gate.Bits >> 32) & 0xFFFF_0000) | (high << 32);
        target = new FarTarget(inner, offset, code.IsConforming ? PrivilegeLevel : code.Dpl, IsGate: true);
        if (target.Privilege != PrivilegeLevel && (At(Reg.Cr4) & Cr4Bits.FRED) != 0)
        {
            // With FRED only events lead to an inner level.
            return Fail(Vectors.GeneralProtection, error);
        }

        return MayEnterCode(code, error, offset);
    }

    private readonly bool TryReadFarDescriptor(ushort selector, out SegmentDescriptor descriptor)
    {
        descriptor = default;
        if (DescriptorReader.IsNull(selector))
        {
            return Fail(Vectors.GeneralProtection);
        }

        var result = DescriptorReader.Read(Machine, selector, out descriptor);
        return result switch
        {
            DescriptorReader.Result.Read => true,
            DescriptorReader.Result.Faulted => false,
            _ => Fail(Vectors.GeneralProtection, (uint)selector & 0xFFFC),
        };
    }

    private readonly bool MayEnterCode(SegmentDescriptor code, uint error, ulong offset)
    {
        if (code.IsLong && code.IsBig)
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        if (!code.IsPresent)
        {
            return Fail(Vectors.SegmentNotPresent, error);
        }

        return IsInSegment(offset, code) || Fail(Vectors.GeneralProtection);
    }

    /// <summary>In 64-bit code any canonical address, else one within the limit.</summary>
    private static bool IsInSegment(ulong rip, SegmentDescriptor code) => code.IsLong ? LinearMemory.IsCanonical(rip) : rip <= code.Limit;

    private readonly bool CallInner(FarTarget target, ulong next)
    {
        var offset = 4 + (8 * (ulong)target.Privilege);
        if (DescriptorReader.IsNull(At(Reg.TrSelector)) || offset + 7 > Machine.Registers[HiddenState.TrLimit])
        {
            return Fail(Vectors.InvalidTss, (uint)At(Reg.TrSelector) & 0xFFFC);
        }

        if (!Machine.Linear.TryReadImplicitly(At(Reg.TrBase) + offset, out var top))
        {
            return false;
        }

        if (!Machine.Linear.TryPushFrame(top, [At(Reg.Ss), At(Reg.Rsp), At(Reg.Cs), next]))
        {
            Machine.RecordStackFault();
            return false;
        }

        At(Reg.Rsp) = top - 32;
        At(Reg.Ss) = (ulong)target.Privilege;
        EnterFar(target);
        return true;
    }

    private readonly void EnterFar(FarTarget target)
    {
        At(Reg.Rip) = target.Offset;
        At(Reg.Cs) = (target.Selector & 0xFFFCUL) | (uint)target.Privilege;
        Machine.ExpectEndbranch();
        Machine.ModeChanged();
    }

    private readonly bool LoadStack(ulong address, int width, out ulong value) => width switch
    {
        2 => Load16(address, out value),
        4 => Load32(address, out value),
        _ => Load64(address, out value),
    };

    // The lower word first, but both or none.
    private readonly bool StoreStack(ulong address, ulong low, ulong high, int width)
    {
        Span<byte> image = stackalloc byte[16];
        BitConverter.TryWriteBytes(image, low);
        BitConverter.TryWriteBytes(image[width..], high);
        return Machine.Linear.TryWrite(address, image[..(2 * width)]);
    }

    private readonly record struct FarTarget(ushort Selector, ulong Offset, int Privilege, bool IsGate);
}
