using EntryGen.Emulation;

namespace EntryGen;

/// <summary>INVLPG and INVPCID. Both are serializing.</summary>
public ref partial struct Cpu
{
    /// <summary>INVLPG; nothing for an address that is not canonical.</summary>
    /// <param name="address">The operand's linear address; it is not accessed.</param>
    /// <returns>False: #GP(0) unless at CPL 0.</returns>
    public readonly bool Invlpg(ulong address)
    {
        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        if (LinearMemory.IsCanonical(address))
        {
            InvalidationRules.Invlpg(Machine, address);
        }

        return true;
    }

    /// <summary>INVPCID.</summary>
    /// <param name="type">0 an address of a PCID, 1 a PCID, 2 everything, 3 everything but global entries.</param>
    /// <param name="descriptorAddress">Linear address of the 16-byte descriptor.</param>
    /// <returns>False: a fault of reading the descriptor; #GP(0) unless at CPL 0, and for a type or descriptor that is not allowed.</returns>
    public readonly bool Invpcid(ulong type, ulong descriptorAddress)
    {
        if (PrivilegeLevel != 0 || type > 3)
        {
            return Fail(Vectors.GeneralProtection);
        }

        Span<ulong> descriptor = stackalloc ulong[2];
        if (!Machine.Linear.TryRead(descriptorAddress, System.Runtime.InteropServices.MemoryMarshal.AsBytes(descriptor)))
        {
            return false;
        }

        var pcid = (int)(descriptor[0] & Cr3Bits.PcidMask);
        var isAllowed = descriptor[0] >> 12 == 0
            && (type != 0 || LinearMemory.IsCanonical(descriptor[1]))
            && (type > 1 || pcid == 0 || (Cr4 & Cr4Bits.PCIDE) != 0);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        switch (type)
        {
            case 0:
                InvalidationRules.InvpcidAddress(Machine, pcid, descriptor[1]);
                break;
            case 1:
                InvalidationRules.InvpcidContext(Machine, pcid);
                break;
            case 2:
                InvalidationRules.InvpcidAll(Machine);
                break;
            default:
                InvalidationRules.InvpcidAllButGlobal(Machine);
                break;
        }

        return true;
    }

    /// <summary>INVD, WBINVD: memory is always up to date, as there are no caches.</summary>
    /// <returns>False: #GP(0) unless at CPL 0.</returns>
    public readonly bool InvalidateCaches() => RequirePrivilege();

    private readonly bool RequirePrivilege() => PrivilegeLevel == 0 || Fail(Vectors.GeneralProtection);
}
