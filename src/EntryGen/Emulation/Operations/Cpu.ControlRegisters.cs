using System.Runtime.CompilerServices;
using EntryGen.Emulation;

namespace EntryGen;

/// <summary>MOV to and from control registers, SMSW, LMSW, CLTS (SDM vol. 2; vol. 3A, 2.5).</summary>
public ref partial struct Cpu
{
    private const ulong Cr0Defined = Cr0Bits.PE | Cr0Bits.MP | Cr0Bits.EM | Cr0Bits.TS | Cr0Bits.ET | Cr0Bits.NE
        | Cr0Bits.WP | Cr0Bits.AM | Cr0Bits.NW | Cr0Bits.CD | Cr0Bits.PG;

    private const ulong Cr4Defined = Cr4Bits.VME | Cr4Bits.PVI | Cr4Bits.TSD | Cr4Bits.DE | Cr4Bits.PSE | Cr4Bits.PAE | Cr4Bits.MCE | Cr4Bits.PGE
        | Cr4Bits.PCE | Cr4Bits.OSFXSR | Cr4Bits.OSXMMEXCPT | Cr4Bits.UMIP | Cr4Bits.FSGSBASE | Cr4Bits.PCIDE | Cr4Bits.OSXSAVE
        | Cr4Bits.SMEP | Cr4Bits.SMAP | Cr4Bits.CET | Cr4Bits.FRED;

    /// <summary>MOV from CRn; n is 0, 2, 3, 4 or 8. Bit 63 of CR3 reads 0.</summary>
    /// <param name="n">The register's number.</param>
    /// <param name="value">Its value.</param>
    /// <returns>False: #UD for another n, #GP(0) unless at CPL 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool ReadControl(int n, out ulong value)
    {
        value = 0;
        if (n is not (0 or 2 or 3 or 4 or 8))
        {
            return Fail(Vectors.InvalidOpcode);
        }

        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        value = n switch
        {
            0 => At(Reg.Cr0),
            2 => At(Reg.Cr2),
            3 => At(Reg.Cr3),
            4 => At(Reg.Cr4),
            _ => Unsafe.Add(ref _file, HiddenState.Cr8),
        };
        return true;
    }

    /// <summary>MOV to CRn; n is 0, 2, 3, 4 or 8. Serializing; what it invalidates is in <see cref="InvalidationRules"/>.</summary>
    /// <param name="n">The register's number.</param>
    /// <param name="value">The source operand.</param>
    /// <returns>False: #UD for another n, #GP(0) unless at CPL 0 or for a value that is not allowed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool WriteControl(int n, ulong value) => n == 3 ? WriteCr3(value) : WriteOtherControl(n, value);

    /// <summary>SMSW: CR0.</summary>
    /// <param name="value">All of CR0, of which the instruction stores as much as its operand holds.</param>
    /// <returns>False: #GP(0) above CPL 0 when CR4.UMIP is set.</returns>
    public readonly bool StoreStatusWord(out ulong value)
    {
        value = At(Reg.Cr0);
        return MayStoreSystemState();
    }

    /// <summary>LMSW: PE, MP, EM and TS of CR0 come from the operand; PE can be set and not cleared.</summary>
    /// <param name="value">The operand.</param>
    /// <returns>False: #GP(0) unless at CPL 0.</returns>
    public readonly bool LoadStatusWord(ulong value)
    {
        const ulong Loaded = Cr0Bits.MP | Cr0Bits.EM | Cr0Bits.TS;
        if (!RequirePrivilege())
        {
            return false;
        }

        // PE is set in 64-bit mode.
        Cr0 = (Cr0 & ~Loaded) | (value & Loaded);
        return true;
    }

    /// <summary>CLTS: CR0.TS becomes 0.</summary>
    /// <returns>False: #GP(0) unless at CPL 0.</returns>
    public readonly bool ClearTaskSwitched()
    {
        if (!RequirePrivilege())
        {
            return false;
        }

        Cr0 &= ~Cr0Bits.TS;
        return true;
    }

    private readonly bool WriteOtherControl(int n, ulong value)
    {
        if (n is not (0 or 2 or 4 or 8))
        {
            return Fail(Vectors.InvalidOpcode);
        }

        if (PrivilegeLevel != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        switch (n)
        {
            case 0:
                return WriteCr0(value);
            case 2:
                (var address, Cr2) = (Cr2, value);
                Machine.NotifyControlWrite(2, address, value);
                return true;
            case 4:
                return WriteCr4(value);
            default:
                if (value > 15)
                {
                    return Fail(Vectors.GeneralProtection);
                }

                ref var cr8 = ref Unsafe.Add(ref _file, HiddenState.Cr8);
                (var old, cr8) = (cr8, value);
                Machine.NotifyControlWrite(8, old, value);
                return true;
        }
    }

    private readonly bool WriteCr0(ulong value)
    {
        // In 64-bit mode PG and PE cannot be cleared.
        var isAllowed = value >> 32 == 0
            && (value & (Cr0Bits.PG | Cr0Bits.PE)) == (Cr0Bits.PG | Cr0Bits.PE)
            && (value & (Cr0Bits.NW | Cr0Bits.CD)) != Cr0Bits.NW
            && ((value & Cr0Bits.WP) != 0 || (Cr4 & Cr4Bits.CET) == 0);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var old = Cr0;
        Cr0 = (value & Cr0Defined) | Cr0Bits.ET;
        InvalidationRules.WriteCr0(Machine, old, value);
        Machine.NotifyControlWrite(0, old, value);
        return true;
    }

    private readonly bool WriteCr3(ulong value)
    {
        ref var known = ref KnownCr3Values.Find(ref _known, value);
        if (known.Value != value || known.Mode != Unsafe.Add(ref _file, HiddenState.WindowMode) || (At(Reg.Cs) & 3) != 0)
        {
            return WriteNewCr3(value);
        }

        At(Reg.Cr3) = value & ~Cr3Bits.NoFlush;
        Unsafe.Add(ref _file, HiddenState.WindowContext) = known.Context;
        return true;
    }

    private readonly bool WriteNewCr3(ulong value)
    {
        var hasPcid = (At(Reg.Cr4) & Cr4Bits.PCIDE) != 0;
        var noFlush = (value & Cr3Bits.NoFlush) != 0;
        var stored = value & ~Cr3Bits.NoFlush;
        if (PrivilegeLevel != 0 || (noFlush && !hasPcid) || (stored & ~(Cr3Bits.AddressMask | Cr3Bits.PcidMask)) != 0)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var old = At(Reg.Cr3);
        At(Reg.Cr3) = stored;
        if (noFlush)
        {
            Machine.Linear.SelectPcid();
            if (!Machine.IsObserved && !Machine.WatchesBoundaries)
            {
                Machine.Linear.Known.Keep(value);
            }
        }
        else
        {
            Machine.Linear.LeaveWorstCase();
            InvalidationRules.WriteCr3(Machine, hasPcid ? (int)(stored & Cr3Bits.PcidMask) : 0);
        }

        Machine.NotifyControlWrite(3, old, value);
        return true;
    }

    private readonly bool WriteCr4(ulong value)
    {
        var old = Cr4;
        var turnsPcidOn = (~old & value & Cr4Bits.PCIDE) != 0;
        var isAllowed = (value & ~Cr4Defined) == 0
            && (value & Cr4Bits.PAE) != 0
            && (!turnsPcidOn || (Cr3 & Cr3Bits.PcidMask) == 0)
            && ((value & Cr4Bits.CET) == 0 || (Cr0 & Cr0Bits.WP) != 0);
        if (!isAllowed)
        {
            return Fail(Vectors.GeneralProtection);
        }

        var pcid = Machine.Linear.Pcid;
        Cr4 = value;
        InvalidationRules.WriteCr4(Machine, old, value, pcid);
        Machine.NotifyControlWrite(4, old, value);
        return true;
    }
}
