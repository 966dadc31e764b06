using EntryGen.Emulation;

namespace EntryGen;

/// <summary>Segment registers, LKGS, LSL, LAR, VERR and VERW (SDM vol. 2; vol. 3A, chapter 5).</summary>
public ref partial struct Cpu
{
    private const int EncodedCs = 1;
    private const int EncodedSs = 2;
    private const int EncodedFs = 4;

    /// <summary>MOV to, or POP, a segment register. Loading FS or GS loads its base too; loading SS begins the MOV SS shadow.</summary>
    /// <param name="segment">Its encoding: ES 0, SS 2, DS 3, FS 4, GS 5.</param>
    /// <param name="selector">The selector in the low 16 bits.</param>
    /// <returns>False: #UD for CS, #GP, #NP or #SS with the selector as error code, or a fault of reading the descriptor.</returns>
    public readonly bool MoveToSegment(int segment, ulong selector)
    {
        if (segment is < 0 or EncodedCs or > 5)
        {
            return Fail(Vectors.InvalidOpcode);
        }

        selector &= 0xFFFF;
        var descriptor = default(SegmentDescriptor);
        if (!(segment == EncodedSs ? MayLoadStackSegment(selector, ref descriptor) : MayLoadDataSegment(selector, ref descriptor)))
        {
            return false;
        }

        At(Reg.Es + segment) = selector;
        if (segment >= EncodedFs)
        {
            // A null selector loads base 0 on Intel's processors; AMD's keep the base.
            if (!DescriptorReader.IsNull(selector) || Machine.Vendor == ProcessorVendor.Intel)
            {
                At(segment == EncodedFs ? Reg.FsBase : Reg.GsBase) = descriptor.Base;
            }
        }
        else if (segment == EncodedSs)
        {
            Machine.BeginShadow(EventBits.MovSsShadow);
        }

        return true;
    }

    /// <summary>
    /// LSL: the limit in bytes of the segment a selector names. It and VERW only say no where other instructions fault, but reading the table can fault.
    /// </summary>
    /// <param name="selector">The selector in the low 16 bits.</param>
    /// <param name="limit">The limit; the destination stays as it is when ZF becomes 0.</param>
    /// <param name="zero">The new ZF: whether the segment is there and visible at CPL and RPL.</param>
    /// <returns>False: a fault of reading the descriptor.</returns>
    public readonly bool Lsl(ulong selector, out ulong limit, out bool zero)
    {
        var isRead = TryReadVisible(selector, out var descriptor, out zero);
        zero &= !descriptor.IsSystem || descriptor.IsLdtOrTss;
        limit = zero ? descriptor.Limit : 0;
        return isRead;
    }

    /// <summary>VERW: whether a segment can be written at CPL and RPL. It also overwrites buffers of the microarchitecture, of which there are none.</summary>
    /// <param name="selector">The selector in the low 16 bits.</param>
    /// <param name="zero">The new ZF.</param>
    /// <returns>False: a fault of reading the descriptor.</returns>
    public readonly bool Verw(ulong selector, out bool zero)
    {
        var isRead = TryReadVisible(selector, out var descriptor, out zero);
        zero &= descriptor.IsWritableData;
        return isRead;
    }

    /// <summary>VERR: whether a segment can be read at CPL and RPL.</summary>
    /// <param name="selector">The selector in the low 16 bits.</param>
    /// <param name="zero">The new ZF.</param>
    /// <returns>False: a fault of reading the descriptor.</returns>
    public readonly bool Verr(ulong selector, out bool zero)
    {
        var isRead = TryReadVisible(selector, out var descriptor, out zero);
        zero &= descriptor.IsReadable;
        return isRead;
    }

    /// <summary>LAR: the access rights of the segment or call gate that a selector names, at their places in the upper half of its descriptor.</summary>
    /// <param name="selector">The selector in the low 16 bits.</param>
    /// <param name="rights">The rights; the destination stays as it is when ZF becomes 0.</param>
    /// <param name="zero">The new ZF: whether it is there and visible at CPL and RPL.</param>
    /// <returns>False: a fault of reading the descriptor.</returns>
    public readonly bool Lar(ulong selector, out ulong rights, out bool zero)
    {
        var isRead = TryReadVisible(selector, out var descriptor, out zero);
        zero &= !descriptor.IsSystem || descriptor.IsLdtOrTss || descriptor.Type == SegmentDescriptor.CallGate;
        rights = zero ? descriptor.Rights : 0;
        return isRead;
    }

    /// <summary>LKGS: loads GS as <see cref="MoveToSegment"/> does, but the base goes to IA32_KERNEL_GS_BASE (FRED specification, LKGS).</summary>
    /// <param name="selector">The selector in the low 16 bits.</param>
    /// <returns>False: #GP(0) unless at CPL 0; #GP or #NP with the selector; or a fault of reading the descriptor.</returns>
    public readonly bool LoadKernelGs(ulong selector)
    {
        selector &= 0xFFFF;
        var descriptor = default(SegmentDescriptor);
        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        if (!MayLoadDataSegment(selector, ref descriptor))
        {
            return false;
        }

        At(Reg.Gs) = selector;
        At(Reg.KernelGsBase) = descriptor.Base;
        return true;
    }

    private readonly bool MayLoadDataSegment(ulong selector, ref SegmentDescriptor descriptor)
    {
        if (DescriptorReader.IsNull(selector))
        {
            return true;
        }

        var error = (uint)selector & 0xFFFC;
        var result = DescriptorReader.Read(Machine, selector, out descriptor);
        if (result == DescriptorReader.Result.Faulted)
        {
            return false;
        }

        var needed = Math.Max(PrivilegeLevel, (int)(selector & 3));
        if (result == DescriptorReader.Result.OutsideTable || !descriptor.IsReadable || (!descriptor.IsConforming && needed > descriptor.Dpl))
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        return descriptor.IsPresent || Fail(Vectors.SegmentNotPresent, error);
    }

    private readonly bool MayLoadStackSegment(ulong selector, ref SegmentDescriptor descriptor)
    {
        var requested = (int)(selector & 3);
        if (DescriptorReader.IsNull(selector))
        {
            // In 64-bit mode SS may be null below CPL 3.
            return (PrivilegeLevel != 3 && requested == PrivilegeLevel) || Fail(Vectors.GeneralProtection);
        }

        var error = (uint)selector & 0xFFFC;
        var result = DescriptorReader.Read(Machine, selector, out descriptor);
        if (result == DescriptorReader.Result.Faulted)
        {
            return false;
        }

        if (result == DescriptorReader.Result.OutsideTable || requested != PrivilegeLevel || !descriptor.IsWritableData || descriptor.Dpl != PrivilegeLevel)
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        return descriptor.IsPresent || Fail(Vectors.StackFault, error);
    }

    /// <summary>Reads a descriptor for LSL, LAR, VERR or VERW. False: reading the table faulted.</summary>
    private readonly bool TryReadVisible(ulong selector, out SegmentDescriptor descriptor, out bool isVisible)
    {
        descriptor = default;
        isVisible = false;
        selector &= 0xFFFF;
        if (DescriptorReader.IsNull(selector))
        {
            return true;
        }

        var result = DescriptorReader.Read(Machine, selector, out descriptor);
        isVisible = result == DescriptorReader.Result.Read && (descriptor.IsConforming || Math.Max(PrivilegeLevel, (int)(selector & 3)) <= descriptor.Dpl);
        return result != DescriptorReader.Result.Faulted;
    }
}
