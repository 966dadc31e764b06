using System.Buffers.Binary;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>The registers of descriptor tables and of the task: SGDT, SIDT, LGDT, LIDT, SLDT, LLDT, STR, LTR (SDM vol. 2; vol. 3A, 2.4).</summary>
public ref partial struct Cpu
{
    private const int TableRegisterSize = 10;

    /// <summary>SGDT, SIDT: stores a limit of 16 bits and a base of 64.</summary>
    /// <param name="interrupts">The IDT, not the GDT.</param>
    /// <param name="address">Where to.</param>
    /// <returns>False: #GP(0) above CPL 0 when CR4.UMIP is set; a fault of the store.</returns>
    public readonly bool StoreTable(bool interrupts, ulong address)
    {
        if (!MayStoreSystemState())
        {
            return false;
        }

        Span<byte> image = stackalloc byte[TableRegisterSize];
        BinaryPrimitives.WriteUInt16LittleEndian(image, (ushort)At(interrupts ? Reg.IdtLimit : Reg.GdtLimit));
        BinaryPrimitives.WriteUInt64LittleEndian(image[2..], At(interrupts ? Reg.IdtBase : Reg.GdtBase));
        return Machine.Linear.TryWrite(address, image);
    }

    /// <summary>LGDT, LIDT. Serializing.</summary>
    /// <param name="interrupts">The IDT, not the GDT.</param>
    /// <param name="address">Where the limit and the base are.</param>
    /// <returns>False: #GP(0) unless at CPL 0, and for a base that is not canonical; a fault of the load.</returns>
    public readonly bool LoadTable(bool interrupts, ulong address)
    {
        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        Span<byte> image = stackalloc byte[TableRegisterSize];
        if (!Machine.Linear.TryRead(address, image))
        {
            return false;
        }

        var start = BinaryPrimitives.ReadUInt64LittleEndian(image[2..]);
        if (!LinearMemory.IsCanonical(start))
        {
            return Fail(Vectors.GeneralProtection);
        }

        At(interrupts ? Reg.IdtLimit : Reg.GdtLimit) = BinaryPrimitives.ReadUInt16LittleEndian(image);
        At(interrupts ? Reg.IdtBase : Reg.GdtBase) = start;
        return true;
    }

    /// <summary>SLDT, STR: the selector of the LDT or of the task register.</summary>
    /// <param name="task">The task register, not LDTR.</param>
    /// <param name="selector">The selector.</param>
    /// <returns>False: #GP(0) above CPL 0 when CR4.UMIP is set.</returns>
    public readonly bool StoreSelector(bool task, out ulong selector)
    {
        selector = At(task ? Reg.TrSelector : Reg.LdtrSelector) & 0xFFFF;
        return MayStoreSystemState();
    }

    /// <summary>LLDT. Serializing.</summary>
    /// <param name="selector">The selector in the low 16 bits; null unloads.</param>
    /// <returns>False: #GP(0) unless at CPL 0; #GP or #NP with the selector; or a fault of reading the descriptor.</returns>
    public readonly bool Lldt(ulong selector)
    {
        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        selector &= 0xFFFF;
        if (DescriptorReader.IsNull(selector))
        {
            At(Reg.LdtrSelector) = selector;
            return true;
        }

        if (!TryReadSystem(selector, SegmentDescriptor.Ldt, out var descriptor, out var start))
        {
            return false;
        }

        At(Reg.LdtrSelector) = selector;
        Machine.Registers[HiddenState.LdtBase] = start;
        Machine.Registers[HiddenState.LdtLimit] = descriptor.Limit;
        return true;
    }

    /// <summary>LTR: loads the task register and marks the TSS as busy. Serializing.</summary>
    /// <param name="selector">The selector in the low 16 bits.</param>
    /// <returns>False: #GP(0) unless at CPL 0, and for a null selector; #GP or #NP with the selector; or a fault of reading or writing the descriptor.</returns>
    public readonly bool Ltr(ulong selector)
    {
        selector &= 0xFFFF;
        if (PrivilegeLevel != 0 || DescriptorReader.IsNull(selector))
        {
            return Fail(Vectors.GeneralProtection);
        }

        if (!TryReadSystem(selector, SegmentDescriptor.AvailableTss, out var descriptor, out var start)
            || !DescriptorReader.TryMarkBusy(Machine, selector, descriptor))
        {
            return false;
        }

        At(Reg.TrSelector) = selector;
        At(Reg.TrBase) = start;
        Machine.Registers[HiddenState.TrLimit] = descriptor.Limit;
        return true;
    }

    private readonly bool TryReadSystem(ulong selector, int type, out SegmentDescriptor descriptor, out ulong start)
    {
        var error = (uint)selector & 0xFFFC;
        start = 0;
        descriptor = default;
        if ((selector & 4) != 0)
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        var result = DescriptorReader.ReadSystem(Machine, selector, out descriptor, out var high);
        if (result == DescriptorReader.Result.Faulted)
        {
            return false;
        }

        // The upper half holds bits 63:32 of the base, and zeros where the next descriptor's type would be.
        start = descriptor.Base | (high << 32);
        if (result == DescriptorReader.Result.OutsideTable || !descriptor.IsSystem || descriptor.Type != type || !LinearMemory.IsCanonical(start) || !HasEmptyUpperType(high))
        {
            return Fail(Vectors.GeneralProtection, error);
        }

        return descriptor.IsPresent || Fail(Vectors.SegmentNotPresent, error);
    }

    private static bool HasEmptyUpperType(ulong high) => (high & (0x1FUL << 40)) == 0;

    private readonly bool MayStoreSystemState() =>
        PrivilegeLevel == 0 || (At(Reg.Cr4) & Cr4Bits.UMIP) == 0 || Fail(Vectors.GeneralProtection);
}
